#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

Request attach(const std::string& clone, const std::string& customer, const std::string& key = {}) {
  return SmallWorld::make("POST", "/v1/payment_methods/" + clone + "/attach", {{"customer", customer}},
                          "acct_A", key);
}

TEST(Locks, OneCustomerIsChangedByOneRequestAtATime) {
  SmallWorld small;
  const std::string customer = small.customer(), one = small.clone(), two = small.clone();
  Pending first = small.world.begin(attach(one, customer));
  const Response second = small.send(attach(two, customer));
  EXPECT_EQ(second.status, 429);
  EXPECT_EQ(at(second, "error.code"), "lock_timeout");
  EXPECT_EQ(header(second, "Request-Id"), "absent");
  EXPECT_EQ(header(second, "Stripe-Rate-Limited-Reason"), "absent");
  EXPECT_EQ(small.post("/v1/customers/" + customer, {{"name", "x"}}).status, 429);
  EXPECT_EQ(small.get("/v1/customers/" + customer).status, 200);
  EXPECT_EQ(small.world.finish(first).response.status, 200);
  EXPECT_EQ(small.send(attach(two, customer)).status, 200);
}

TEST(Locks, ARefusalLeavesTheKeyUnused) {
  SmallWorld small;
  const std::string customer = small.customer(), one = small.clone(), two = small.clone();
  Pending first = small.world.begin(attach(one, customer));
  EXPECT_EQ(small.send(attach(two, customer, "k")).status, 429);
  small.world.finish(first);
  const Response later = small.send(attach(two, customer, "k"));
  EXPECT_EQ(later.status, 200);
  EXPECT_EQ(header(later, "Idempotent-Replayed"), "absent");
}

TEST(Locks, OtherCustomersAndCreationsAreFree) {
  SmallWorld small;
  const std::string customer = small.customer(), other = small.customer();
  Pending first = small.world.begin(attach(small.clone(), customer));
  EXPECT_EQ(small.send(attach(small.clone(), other)).status, 200);
  EXPECT_EQ(small.post("/v1/customers", {{"payment_method", small.clone()}}).status, 200);
  small.world.finish(first);
}

TEST(Locks, CanBeSwitchedOff) {
  WorldOptions options = SmallWorld::defaults();
  options.locks = false;
  SmallWorld small(options);
  const std::string customer = small.customer();
  Pending first = small.world.begin(attach(small.clone(), customer));
  EXPECT_EQ(small.send(attach(small.clone(), customer)).status, 200);
  small.world.finish(first);
}

}  // namespace
}  // namespace payferry::simulator
