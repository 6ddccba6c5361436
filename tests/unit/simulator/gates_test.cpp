// Keys, accounts, headers: what is decided before an endpoint is reached.
#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

TEST(Gates, KeysAreJudgedByKindAndMode) {
  struct Case {
    const char* authorization;
    bool live;
    int status;
    const char* code;
  };
  const Case cases[] = {
      {"Bearer sk_test_0123456789", false, 200, "absent"},
      {"Bearer rk_test_0123456789", false, 200, "absent"},
      {"Basic c2tfdGVzdF8wMTIzNDU2Nzg5Og==", false, 200, "absent"},  // sk_test_0123456789:
      {"Bearer sk_live_0123456789", false, 401, "absent"},
      {"Bearer sk_live_0123456789", true, 200, "absent"},
      {"Bearer sk_test_0123456789", true, 401, "absent"},
      {"Bearer pk_test_0123456789", false, 401, "secret_key_required"},
      {"Bearer whatever", false, 401, "absent"},
      {"Bearer ", false, 401, "absent"},
      {"Digest x", false, 401, "absent"},
  };
  for (const Case& c : cases) {
    WorldOptions options = SmallWorld::defaults();
    options.store.livemode = c.live;
    SmallWorld small(options);
    Request request = SmallWorld::make("GET", "/v1/account");
    request.headers[0].second = c.authorization;
    const Response response = small.send(request);
    EXPECT_EQ(response.status, c.status) << c.authorization;
    EXPECT_EQ(at(response, "error.code"), c.code) << c.authorization;
  }
}

TEST(Gates, OneKeyOnlyWhereOneIsNamed) {
  WorldOptions options = SmallWorld::defaults();
  options.api_key = "sk_test_theonlyone";
  SmallWorld small(options);
  const Response refused = small.get("/v1/account");
  EXPECT_EQ(refused.status, 401);
  EXPECT_EQ(at(refused, "error.message"), "Invalid API Key provided: sk_test_****6789");
}

TEST(Gates, WithoutAKeyThereIsNoAnswerButStillARequestId) {
  SmallWorld small;
  const Response response = small.send({"GET", "/v1/account", {}, {}});
  EXPECT_EQ(response.status, 401);
  EXPECT_NE(header(response, "Request-Id"), "absent");
}

TEST(Gates, ARolledKeyIsRefusedUntilItIsBack) {
  SmallWorld small;
  small.world.expire_key(true);
  EXPECT_EQ(at(small.get("/v1/account"), "error.code"), "api_key_expired");
  small.world.expire_key(false);
  EXPECT_EQ(small.get("/v1/account").status, 200);
}

TEST(Gates, UnknownAccountsAre403AndTheKeyIsMasked) {
  SmallWorld small;
  const Response response = small.get("/v1/customers", {}, "acct_nobody");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(at(response, "error.code"), "account_invalid");
  EXPECT_NE(at(response, "error.message").find("sk_test_****6789"), std::string::npos);
  EXPECT_EQ(response.body.find("0123456789"), std::string::npos);
}

TEST(Gates, LostAccountsSayHowTheyWereLost) {
  SmallWorld small;
  Account& account = *small.world.store().find_account("acct_A");
  account.access = Access::invalid;
  EXPECT_EQ(at(small.get("/v1/customers"), "error.code"), "account_invalid");
  account.access = Access::expired;
  EXPECT_EQ(small.get("/v1/customers").status, 401);
  account.expired_status = 403;
  const Response expired = small.get("/v1/customers");
  EXPECT_EQ(expired.status, 403);
  EXPECT_EQ(at(expired, "error.code"), "platform_api_key_expired");
  EXPECT_EQ(small.get("/v1/customers", {}, "acct_B").status, 200);
}

TEST(Gates, AnswersNameVersionAccountKeyAndRequest) {
  SmallWorld small;
  Request request = SmallWorld::make("POST", "/v1/customers", {}, "acct_A", "key-1");
  request.headers.emplace_back("stripe-version", "2026-10-28.endive");
  const Response response = small.send(request);
  EXPECT_EQ(header(response, "Stripe-Version"), "2026-10-28.endive");
  EXPECT_EQ(header(response, "Stripe-Account"), "acct_A");
  EXPECT_EQ(header(response, "Idempotency-Key"), "key-1");
  EXPECT_EQ(header(response, "Request-Id").substr(0, 4), "req_");
  EXPECT_EQ(header(response, "Idempotent-Replayed"), "absent");
}

TEST(Gates, HeadersThatMakeNoSenseAre400) {
  SmallWorld small;
  Request version = SmallWorld::make("GET", "/v1/account");
  version.headers.emplace_back("Stripe-Version", "latest");
  EXPECT_EQ(small.send(version).status, 400);
  EXPECT_EQ(small.post("/v1/customers", {}, "acct_A", std::string(255, 'k')).status, 200);
  EXPECT_EQ(small.post("/v1/customers", {}, "acct_A", std::string(256, 'k')).status, 400);
  Request json = SmallWorld::make("POST", "/v1/customers", {{"name", "x"}});
  json.headers.back().second = "application/json";
  EXPECT_EQ(small.send(json).status, 400);
  Request charset = SmallWorld::make("POST", "/v1/customers", {{"name", "x"}});
  charset.headers.back().second += "; charset=utf-8";
  EXPECT_EQ(small.send(charset).status, 200);
}

TEST(Gates, UnknownUrlsAre404) {
  SmallWorld small;
  const Response response = small.get("/v1/nothing");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(at(response, "error.type"), "invalid_request_error");
}

TEST(Gates, TheSameSeedGivesTheSameAnswers) {
  SmallWorld one, two;
  const Request request = SmallWorld::make("POST", "/v1/customers", {{"name", "Ada"}});
  const Response first = one.send(request), second = two.send(request);
  EXPECT_EQ(first.body, second.body);
  EXPECT_EQ(first.headers, second.headers);
  EXPECT_NE(one.send(request).body, first.body);
}

}  // namespace
}  // namespace payferry::simulator
