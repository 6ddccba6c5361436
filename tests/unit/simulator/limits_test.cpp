#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

WorldOptions limited(LimitScope scope, double global, double endpoint, double burst) {
  WorldOptions options;
  options.limits = {scope, global, endpoint, burst, 0, 0};
  return options;
}

TEST(Limits, DefaultsAreThoseOfLiveMode) {
  const Limits limits;
  EXPECT_EQ(limits.scope, LimitScope::platform);
  EXPECT_EQ(limits.global, 100);
  EXPECT_EQ(limits.endpoint, 25);
  EXPECT_EQ(limits.burst, 25);
}

TEST(Limits, AnEndpointGivesOutItsBurstThenItsRate) {
  SmallWorld small(limited(LimitScope::platform, 1000, 10, 5));
  for (int i = 0; i < 5; ++i) EXPECT_EQ(small.get("/v1/account").status, 200) << i;
  const Response refused = small.get("/v1/account");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header(refused, "Stripe-Rate-Limited-Reason"), "endpoint-rate");
  EXPECT_EQ(at(refused, "error.code"), "rate_limit");
  EXPECT_NE(header(refused, "Request-Id"), "absent");
  small.now += 100'000;
  EXPECT_EQ(small.get("/v1/account").status, 200);
  EXPECT_EQ(small.get("/v1/account").status, 429);
}

TEST(Limits, TheGlobalOneCountsAllEndpoints) {
  SmallWorld small(limited(LimitScope::platform, 10, 1000, 3));
  small.get("/v1/account");
  small.get("/v1/customers");
  small.get("/v1/customers", {}, "acct_B");
  const Response refused = small.get("/v1/account", {}, "acct_B");
  EXPECT_EQ(refused.status, 429);
  EXPECT_EQ(header(refused, "Stripe-Rate-Limited-Reason"), "global-rate");
}

TEST(Limits, DifferentIdsShareAnEndpointDifferentEndpointsDoNot) {
  SmallWorld small(limited(LimitScope::platform, 1000, 10, 2));
  small.get("/v1/customers/cus_1");
  small.get("/v1/customers/cus_2");
  EXPECT_EQ(small.get("/v1/customers/cus_3").status, 429);
  EXPECT_EQ(small.get("/v1/customers").status, 200);
}

TEST(Limits, CountOnTheConnectedAccountWhereToldSo) {
  SmallWorld small(limited(LimitScope::account, 1000, 10, 1));
  EXPECT_EQ(small.get("/v1/account", {}, "acct_A").status, 200);
  EXPECT_EQ(small.get("/v1/account", {}, "acct_B").status, 200);
  EXPECT_EQ(small.get("/v1/account", {}, "acct_A").status, 429);
}

TEST(Limits, ConcurrencyCountsWhatIsBeingWorkedOn) {
  WorldOptions options;
  options.limits.endpoint_concurrency = 1;
  options.limits.concurrency = 2;
  SmallWorld small(options);
  Pending one = small.world.begin(SmallWorld::make("GET", "/v1/account"));
  EXPECT_EQ(header(small.get("/v1/account"), "Stripe-Rate-Limited-Reason"), "endpoint-concurrency");
  Pending two = small.world.begin(SmallWorld::make("GET", "/v1/customers"));
  EXPECT_EQ(header(small.get("/v1/payment_methods"), "Stripe-Rate-Limited-Reason"), "global-concurrency");
  small.world.finish(one);
  EXPECT_EQ(small.get("/v1/account").status, 200);
  small.world.finish(two);
}

WorldOptions one_account_limited(LimitScope scope, double rate) {
  WorldOptions options = limited(scope, 1000, 1000, 1000);
  options.limits.accounts["acct_A"] = rate;
  return options;
}

TEST(Limits, AnAccountWithALimitOfItsOwnHasItOverAllEndpointsAndInEveryScope) {
  for (const LimitScope scope : {LimitScope::platform, LimitScope::account, LimitScope::none}) {
    SmallWorld small(one_account_limited(scope, 1));
    EXPECT_EQ(small.get("/v1/account").status, 200);
    const Response refused = small.get("/v1/customers");
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "Stripe-Rate-Limited-Reason"), "global-rate");
    small.now += 900'000;
    EXPECT_EQ(small.get("/v1/account").status, 429);
    small.now += 100'000;
    EXPECT_EQ(small.get("/v1/account").status, 200);
    EXPECT_EQ(small.get("/v1/account").status, 429);
  }
}

TEST(Limits, AnAccountWithALimitOfItsOwnTakesNothingFromTheOthers) {
  SmallWorld small(one_account_limited(LimitScope::none, 1));
  small.get("/v1/account");
  for (int i = 0; i < 5; ++i) EXPECT_EQ(small.get("/v1/account", {}, "acct_B").status, 200) << i;
}

TEST(Limits, WhatASharedLimitRefusesCostsAnAccountNothingOfItsOwn) {
  WorldOptions options = one_account_limited(LimitScope::platform, 1);
  options.limits.endpoint = 1;
  options.limits.burst = 1;
  SmallWorld small(options);
  EXPECT_EQ(small.get("/v1/account", {}, "acct_B").status, 200);
  EXPECT_EQ(header(small.get("/v1/account"), "Stripe-Rate-Limited-Reason"), "endpoint-rate");
  EXPECT_EQ(small.get("/v1/customers").status, 200);
}

TEST(Limits, AnAccountsOwnBucketHoldsASecondsWorth) {
  SmallWorld small(one_account_limited(LimitScope::none, 3));
  small.now += 10'000'000;
  for (int i = 0; i < 3; ++i) EXPECT_EQ(small.get("/v1/account").status, 200) << i;
  EXPECT_EQ(small.get("/v1/account").status, 429);
}

TEST(Limits, StandBeforeTheIdempotencyKey) {
  SmallWorld small(limited(LimitScope::platform, 1000, 10, 1));
  const std::string first = small.clone("acct_A", "k");
  const Response throttled = small.post(
      "/v1/payment_methods", {{"customer", "cus_owner"}, {"payment_method", "pm_card"}}, "acct_A", "k");
  EXPECT_EQ(throttled.status, 429);
  EXPECT_EQ(header(throttled, "Idempotent-Replayed"), "absent");
  small.now += 1'000'000;
  EXPECT_EQ(small.clone("acct_A", "k"), first);
}

}  // namespace
}  // namespace payferry::simulator
