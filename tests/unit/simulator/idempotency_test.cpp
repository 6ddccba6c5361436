#include "simulator/idempotency.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

const SmallWorld::Fields clone_fields{{"customer", "cus_owner"}, {"payment_method", "pm_card"}};

TEST(Idempotency, ARepetitionGetsTheFirstAnswer) {
  SmallWorld small;
  const Response first = small.post("/v1/payment_methods", clone_fields, "acct_A", "k");
  const Response second = small.post("/v1/payment_methods", clone_fields, "acct_A", "k");
  EXPECT_EQ(second.body, first.body);
  EXPECT_EQ(header(second, "Idempotent-Replayed"), "true");
  EXPECT_EQ(header(second, "Original-Request"), header(first, "Request-Id"));
  EXPECT_NE(header(second, "Request-Id"), header(first, "Request-Id"));
  EXPECT_EQ(small.world.counters().clones, 1u);
}

TEST(Idempotency, TheOrderOfParametersDoesNotMatter) {
  SmallWorld small;
  const Response first = small.post("/v1/customers", {{"name", "A"}, {"phone", "1"}}, "acct_A", "k");
  EXPECT_EQ(small.post("/v1/customers", {{"phone", "1"}, {"name", "A"}}, "acct_A", "k").body, first.body);
}

TEST(Idempotency, OtherParametersOrAnotherPathAreRefused) {
  SmallWorld small;
  const std::string customer = small.customer();
  small.post("/v1/customers", {{"name", "A"}}, "acct_A", "k");
  for (const Response& response : {small.post("/v1/customers", {{"name", "B"}}, "acct_A", "k"),
                                   small.post("/v1/customers", {}, "acct_A", "k"),
                                   small.post("/v1/customers/" + customer, {{"name", "A"}}, "acct_A", "k")}) {
    EXPECT_EQ(response.status, 400);
    EXPECT_EQ(at(response, "error.type"), "idempotency_error");
    EXPECT_EQ(at(response, "error.code"), "absent");
    EXPECT_EQ(header(response, "Idempotent-Replayed"), "absent");
  }
}

TEST(Idempotency, AKeyBelongsToOneAccount) {
  SmallWorld small;
  EXPECT_NE(small.clone("acct_A", "k"), small.clone("acct_B", "k"));
}

TEST(Idempotency, FailuresOfExecutionAreStoredToo) {
  SmallWorld small;
  const Response first = small.post("/v1/customers", {{"email", "bad"}}, "acct_A", "k1");
  const Response again = small.post("/v1/customers", {{"email", "bad"}}, "acct_A", "k1");
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(header(again, "Idempotent-Replayed"), "true");

  small.card->declines = true;
  const std::string clone = small.clone();
  EXPECT_EQ(small.post("/v1/customers", {{"payment_method", clone}}, "acct_A", "k2").status, 402);
  small.world.store().find_method(*small.world.store().find_account("acct_A"), clone)->declines = false;
  EXPECT_EQ(small.post("/v1/customers", {{"payment_method", clone}}, "acct_A", "k2").status, 402);
  EXPECT_EQ(small.post("/v1/customers", {{"payment_method", clone}}, "acct_A", "k3").status, 200);
}

TEST(Idempotency, LostAccountsAndKeysStoreNothing) {
  SmallWorld small;
  Account& account = *small.world.store().find_account("acct_A");
  account.access = Access::invalid;
  EXPECT_EQ(small.post("/v1/payment_methods", clone_fields, "acct_A", "k").status, 403);
  account.access = Access::ok;
  small.world.expire_key(true);
  EXPECT_EQ(small.post("/v1/payment_methods", clone_fields, "acct_A", "k").status, 401);
  small.world.expire_key(false);
  const Response response = small.post("/v1/payment_methods", clone_fields, "acct_A", "k");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header(response, "Idempotent-Replayed"), "absent");
}

TEST(Idempotency, WhileTheFirstIsBeingWorkedOnTheKeyIsInUse) {
  SmallWorld small;
  const Request request = SmallWorld::make("POST", "/v1/payment_methods", clone_fields, "acct_A", "k");
  Pending first = small.world.begin(request);
  const Response second = small.send(request);
  EXPECT_EQ(second.status, 409);
  EXPECT_EQ(at(second, "error.code"), "idempotency_key_in_use");
  EXPECT_EQ(small.world.finish(first).response.status, 200);
  EXPECT_EQ(header(small.send(request), "Idempotent-Replayed"), "true");
}

TEST(Idempotency, KeysAreForgottenAfterADay) {
  SmallWorld small;
  const std::string first = small.clone("acct_A", "k");
  small.world.advance(24 * 3600 - 1);
  EXPECT_EQ(small.clone("acct_A", "k"), first);
  small.world.advance(1);
  EXPECT_NE(small.clone("acct_A", "k"), first);
}

TEST(Idempotency, DeletesAndReadsTakeNoKey) {
  SmallWorld small;
  const std::string id = small.customer();
  EXPECT_EQ(small.send(SmallWorld::make("DELETE", "/v1/customers/" + id, {}, "acct_A", "k")).status, 200);
  EXPECT_EQ(small.send(SmallWorld::make("DELETE", "/v1/customers/" + id, {}, "acct_A", "k")).status, 404);
}

TEST(IdempotencyStore, AKeyInUseOutlivesItsDay) {
  IdempotencyStore store(100);
  store.begin("a", "k", 1, 0);
  EXPECT_EQ(store.find("a", "k", 1, 500).state, IdempotencyStore::State::in_use);
  store.store("a", "k", {});
  EXPECT_EQ(store.find("a", "k", 2, 500).state, IdempotencyStore::State::mismatch);
}

TEST(IdempotencyStore, AReleasedKeyIsNew) {
  IdempotencyStore store(100);
  store.begin("a", "k", 1, 0);
  store.release("a", "k");
  EXPECT_EQ(store.find("a", "k", 2, 1).state, IdempotencyStore::State::fresh);
}

}  // namespace
}  // namespace payferry::simulator
