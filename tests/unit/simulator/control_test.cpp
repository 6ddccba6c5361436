#include "simulator/control.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

struct Control : testing::Test {
  SmallWorld small;
  Response post(const std::string& what, const std::string& body = {}) {
    return control(small.world, {"POST", "/_simulator/" + what, {}, body});
  }
  Response get(const std::string& what) {
    return control(small.world, {"GET", "/_simulator/" + what, {}, {}});
  }
};

TEST_F(Control, ReadsReportRequestsAndAttached) {
  small.clone();
  EXPECT_EQ(at(get("report"), "clones.total"), "1");
  EXPECT_EQ(at(get("requests"), "requests.0.method"), "POST");
  EXPECT_EQ(get("attached").status, 200);
  EXPECT_EQ(get("nothing").status, 404);
  EXPECT_EQ(small.world.counters().of(Endpoint::clone).requests, 1u);
}

TEST_F(Control, MovesTheClock) {
  const std::int64_t before = small.world.now_us();
  EXPECT_EQ(post("advance?seconds=90").status, 200);
  EXPECT_EQ(small.world.now_us() - before, 90'000'000);
  EXPECT_EQ(post("advance?seconds=-1").status, 400);
  EXPECT_EQ(post("advance").status, 400);
}

TEST_F(Control, LosesAnAccountAndBringsItBack) {
  EXPECT_EQ(post("account/acct_A?state=invalid").status, 200);
  EXPECT_EQ(small.get("/v1/customers").status, 403);
  EXPECT_EQ(post("account/acct_A?state=expired:403").status, 200);
  EXPECT_EQ(at(small.get("/v1/customers"), "error.code"), "platform_api_key_expired");
  EXPECT_EQ(post("account/acct_A?state=ok").status, 200);
  EXPECT_EQ(small.get("/v1/customers").status, 200);
  EXPECT_EQ(post("account/acct_A?state=slow:250").status, 200);
  EXPECT_EQ(small.world.begin(SmallWorld::make("GET", "/v1/customers")).delay.count(), 250'000);
  EXPECT_EQ(post("account/acct_A?state=gone").status, 400);
  EXPECT_EQ(post("account/acct_A?state=slow").status, 400);
  EXPECT_EQ(post("account/acct_Z?state=ok").status, 400);
}

TEST_F(Control, ChangesWhatAReadOfAnAccountShows) {
  const std::string path = "account/acct_A?charges_enabled=false&country=DE&card_payments=pending";
  EXPECT_EQ(post(path).status, 200);
  EXPECT_EQ(post("account/acct_A?us_bank_account_ach_payments=inactive").status, 200);
  const Response seen = small.get("/v1/accounts/acct_A", {}, "");
  EXPECT_EQ(at(seen, "charges_enabled"), "false");
  EXPECT_EQ(at(seen, "country"), "DE");
  EXPECT_EQ(at(seen, "capabilities.card_payments"), "pending");
  EXPECT_EQ(at(seen, "capabilities.us_bank_account_ach_payments"), "inactive");
  EXPECT_EQ(post("account/acct_A?charges_enabled=perhaps").status, 400);
  EXPECT_EQ(post("account/acct_A?card_payments=broken").status, 400);
  EXPECT_EQ(post("account/acct_A?mood=good").status, 400);
  EXPECT_EQ(post("account/acct_A").status, 400);
}

TEST_F(Control, AddsAndClearsFaults) {
  EXPECT_EQ(post("fault", R"({"kind":"error_503","times":0})").status, 200);
  EXPECT_EQ(small.get("/v1/customers").status, 503);
  EXPECT_EQ(post("clear-faults").status, 200);
  EXPECT_EQ(small.get("/v1/customers").status, 200);
  EXPECT_EQ(post("fault", R"({"kind":"nonsense"})").status, 400);
}

TEST_F(Control, ResetsCountersAndKeepsTheWorld) {
  const std::string clone = small.clone();
  EXPECT_EQ(post("reset-counters").status, 200);
  EXPECT_EQ(small.world.counters().clones, 0u);
  EXPECT_EQ(small.get("/v1/payment_methods/" + clone).status, 200);
}

TEST_F(Control, ChangesLimitsAndTheKey) {
  EXPECT_EQ(post("limits?global=5&endpoint=2&burst=1").status, 200);
  EXPECT_EQ(small.world.limiter().limits().endpoint, 2);
  EXPECT_EQ(post("limits?golbal=5").status, 400);
  EXPECT_EQ(post("key?state=expired").status, 200);
  EXPECT_EQ(small.get("/v1/customers").status, 401);
  EXPECT_EQ(post("key?state=ok").status, 200);
  EXPECT_EQ(post("key?state=maybe").status, 400);
}

}  // namespace
}  // namespace payferry::simulator
