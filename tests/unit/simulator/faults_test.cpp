#include "simulator/faults.hpp"

#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

FaultRule rule(const std::string& text) {
  return std::get<FaultRule>(parse_fault_json(text));
}

const SmallWorld::Fields clone_fields{{"customer", "cus_owner"}, {"payment_method", "pm_card"}};

Request clone_request(const std::string& key = "k") {
  return SmallWorld::make("POST", "/v1/payment_methods", clone_fields, "acct_A", key);
}

// What one fault, injected once into a clone, does: to the answer, to the world, and to the repetition under
// the same key.
struct Case {
  const char* fault;
  Wire wire;
  int status;  // of the first answer; 0: none is sent
  bool effect;
  bool replayed;  // the repetition is answered from the key's memory …
  int repeated;   // … with this status
};

TEST(Faults, EachDoesWhatItsNameSays) {
  const Case cases[] = {
      {R"({"kind":"rate_limit"})", Wire::answer, 429, false, false, 200},
      {R"({"kind":"lock_timeout"})", Wire::answer, 429, false, false, 200},
      {R"({"kind":"error_500_before"})", Wire::answer, 500, false, false, 200},
      {R"({"kind":"error_503"})", Wire::answer, 503, false, false, 200},
      {R"({"kind":"idempotency_conflict"})", Wire::answer, 409, false, false, 200},
      {R"({"kind":"key_mismatch"})", Wire::answer, 400, false, false, 200},
      {R"({"kind":"reset_before"})", Wire::reset, 0, false, false, 200},
      {R"({"kind":"close_before"})", Wire::close, 0, false, false, 200},
      {R"({"kind":"stall_before"})", Wire::stall, 0, false, false, 200},
      {R"({"kind":"error_500_stored"})", Wire::answer, 500, false, true, 500},
      {R"({"kind":"error_500_after"})", Wire::answer, 500, true, true, 500},
      {R"({"kind":"refuse","status":400,"code":"x"})", Wire::answer, 400, false, true, 400},
      {R"({"kind":"refuse","status":403,"code":"x"})", Wire::answer, 403, false, false, 200},
      {R"({"kind":"reset_after"})", Wire::reset, 0, true, true, 200},
      {R"({"kind":"close_after"})", Wire::close, 0, true, true, 200},
      {R"({"kind":"truncated"})", Wire::truncate, 200, true, true, 200},
      {R"({"kind":"garbage"})", Wire::answer, 200, true, true, 200},
      {R"({"kind":"stall"})", Wire::stall, 0, true, true, 200},
      {R"({"kind":"late","ms":500})", Wire::reset, 0, true, true, 200},
      {R"({"kind":"slow","ms":500})", Wire::answer, 200, true, true, 200},
      {R"({"kind":"should_retry","should_retry":true})", Wire::answer, 200, true, true, 200},
  };
  for (const Case& c : cases) {
    SmallWorld small;
    small.world.faults().add(rule(c.fault));
    const Delivery first = small.world.handle(clone_request());
    EXPECT_EQ(first.wire, c.wire) << c.fault;
    if (c.status != 0) {
      EXPECT_EQ(first.response.status, c.status) << c.fault;
    }
    EXPECT_EQ(small.world.counters().clones, c.effect ? 1u : 0u) << c.fault;
    const Response again = small.send(clone_request());
    EXPECT_EQ(again.status, c.repeated) << c.fault;
    EXPECT_EQ(header(again, "Idempotent-Replayed"), c.replayed ? "true" : "absent") << c.fault;
    EXPECT_EQ(small.world.counters().clones, c.effect || c.repeated == 200 ? 1u : 0u) << c.fault;
    EXPECT_EQ(small.world.counters().faults.size(), 1u) << c.fault;
  }
}

TEST(Faults, ALockTimeoutHasNoRequestIdAndNoReason) {
  SmallWorld small;
  small.world.faults().add(rule(R"({"kind":"lock_timeout"})"));
  const Response response = small.send(clone_request());
  EXPECT_EQ(header(response, "Request-Id"), "absent");
  EXPECT_EQ(header(response, "Stripe-Rate-Limited-Reason"), "absent");
}

TEST(Faults, ARateLimitNamesItsReason) {
  SmallWorld small;
  small.world.faults().add(rule(R"({"kind":"rate_limit","reason":"global-concurrency"})"));
  small.world.faults().add(rule(R"({"kind":"rate_limit","reason":"none"})"));
  EXPECT_EQ(header(small.send(clone_request()), "Stripe-Rate-Limited-Reason"), "global-concurrency");
  EXPECT_EQ(header(small.send(clone_request()), "Stripe-Rate-Limited-Reason"), "absent");
}

TEST(Faults, AStored500SaysThatRetryingIsInVain) {
  SmallWorld small;
  small.world.faults().add(rule(R"({"kind":"error_500_stored"})"));
  EXPECT_EQ(header(small.send(clone_request()), "Stripe-Should-Retry"), "false");
  EXPECT_EQ(header(small.send(clone_request()), "Stripe-Should-Retry"), "false");
}

TEST(Faults, GarbageIsA200ThatIsNoJson) {
  SmallWorld small;
  small.world.faults().add(rule(R"({"kind":"garbage"})"));
  const Response response = small.send(clone_request());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(at(response, "id"), "no JSON");
}

TEST(Faults, ALateRequestTakesEffectAfterItsConnectionIsGone) {
  SmallWorld small;
  small.world.faults().add(rule(R"({"kind":"late","ms":500})"));
  Pending pending = small.world.begin(clone_request());
  EXPECT_EQ(pending.early, Wire::reset);
  EXPECT_EQ(pending.delay, std::chrono::milliseconds(500));
  EXPECT_EQ(small.send(clone_request()).status, 409);
  EXPECT_EQ(small.world.counters().clones, 0u);
  small.world.finish(pending);
  EXPECT_EQ(small.world.counters().clones, 1u);
}

TEST(Faults, ADeclineStrikesOnlyWhereACardIsChecked) {
  SmallWorld small;
  small.world.faults().add(rule(R"({"kind":"declined","decline_code":"lost_card"})"));
  EXPECT_EQ(small.send(clone_request()).status, 200);
  EXPECT_EQ(small.post("/v1/customers", {{"name", "x"}}).status, 200);
  const Response declined = small.post("/v1/customers", {{"payment_method", small.clone()}});
  EXPECT_EQ(declined.status, 402);
  EXPECT_EQ(at(declined, "error.decline_code"), "lost_card");
}

TEST(Faults, AFaultOfExecutionLeavesAReplayAlone) {
  SmallWorld small;
  const std::string id = at(small.send(clone_request()), "id");
  small.world.faults().add(rule(R"({"kind":"error_500_after"})"));
  EXPECT_EQ(at(small.send(clone_request()), "id"), id);
  EXPECT_TRUE(small.world.counters().faults.empty());
}

TEST(Faults, ConditionsNarrowARule) {
  const FaultQuery query{"POST", Endpoint::attach, "acct_A", "/v1/payment_methods/pm_1/attach",
                         "customer=cus_1"};
  struct Condition {
    const char* text;
    bool matches;
  };
  const Condition cases[] = {
      {R"({"kind":"error_503"})", true},
      {R"({"kind":"error_503","method":"POST"})", true},
      {R"({"kind":"error_503","method":"GET"})", false},
      {R"({"kind":"error_503","path":"/v1/payment_methods/{id}/attach"})", true},
      {R"({"kind":"error_503","path":"/v1/payment_methods"})", false},
      {R"({"kind":"error_503","step":"attach","account":"acct_A"})", true},
      {R"({"kind":"error_503","step":"clone"})", false},
      {R"({"kind":"error_503","account":"acct_B"})", false},
      {R"({"kind":"error_503","contains":"pm_1/"})", true},
      {R"({"kind":"error_503","contains":"customer=cus_1"})", true},
      {R"({"kind":"error_503","contains":"pm_2"})", false},
  };
  for (const Condition& c : cases) EXPECT_EQ(rule(c.text).matches(query), c.matches) << c.text;
}

TEST(Faults, SetDefaultIsAnUpdateOfACustomer) {
  const FaultQuery query{"POST", Endpoint::update_customer, "", "/v1/customers/cus_1", ""};
  EXPECT_TRUE(rule(R"({"kind":"error_503","step":"set_default"})").matches(query));
}

TEST(Faults, OccurrencesAreCountedFromTheFirstMatch) {
  FaultPlan plan(1);
  plan.add(rule(R"({"kind":"error_503","step":"clone","nth":2,"times":2})"));
  const FaultQuery clone{"POST", Endpoint::clone, "", "", ""},
      other{"GET", Endpoint::list_customers, "", "", ""};
  std::string struck;
  for (std::uint64_t i = 0; i < 5; ++i) {
    EXPECT_FALSE(plan.pick(other, i));
    struck += plan.pick(clone, i) ? 'x' : '.';
  }
  EXPECT_EQ(struck, ".xx..");
}

TEST(Faults, ProbabilityIsKeptAndRepeatable) {
  const auto draw = [](std::uint64_t seed) {
    FaultPlan plan(seed);
    plan.add(std::get<FaultRule>(parse_fault_option("error_503=0.2")));
    std::string out;
    for (std::uint64_t i = 0; i < 10000; ++i)
      out += plan.pick({"GET", Endpoint::list_customers, "", "", ""}, i) ? 'x' : '.';
    return out;
  };
  const std::string first = draw(1);
  EXPECT_NEAR(static_cast<double>(std::count(first.begin(), first.end(), 'x')), 2000, 150);
  EXPECT_EQ(draw(1), first);
  EXPECT_NE(draw(2), first);
}

TEST(Latency, StaysWithinItsJitterAndGrowsOnSlowAccounts) {
  WorldOptions options = SmallWorld::defaults();
  options.latency_ms = 80;
  options.latency_jitter_ms = 20;
  SmallWorld small(options);
  std::int64_t least = 1'000'000, most = 0;
  for (int i = 0; i < 200; ++i) {
    Pending pending = small.world.begin(SmallWorld::make("GET", "/v1/account"));
    least = std::min(least, pending.delay.count());
    most = std::max(most, pending.delay.count());
    small.world.finish(pending);
  }
  EXPECT_GE(least, 60'000);
  EXPECT_LE(most, 100'000);
  EXPECT_GT(most - least, 30'000);
  small.world.store().find_account("acct_A")->slow_ms = 1000;
  EXPECT_GE(small.world.begin(SmallWorld::make("GET", "/v1/account")).delay.count(), 1'060'000);
}

}  // namespace
}  // namespace payferry::simulator
