#include "pipeline/learnt_limits.hpp"

#include <gtest/gtest.h>

#include "support/run_task.hpp"

namespace payferry::pipeline {
namespace {

TEST(LearntLimits, come_back_from_the_ledger_for_those_they_are_about) {
  boost::asio::io_context context{1};
  payferry::test::FakeTime time{context};
  throttle::Controls controls;
  controls.global = 100;
  controls.endpoint = 50;
  Gate gate(context, time, controls);
  const SteadyTime steady = time.clock().steady();
  Stamp now;
  now.wall_ms = 10'000'000;
  LearntLimits::restore(gate,
                        {{"", "clone", 25, now.wall_ms},
                         {"", "attach", 25, now.wall_ms - 25 * 3'600'000},
                         {"acct_A", "clone", 2, now.wall_ms},
                         {"", "something_newer", 2, now.wall_ms}},
                        now, steady);
  EXPECT_NEAR(gate.throttle().endpoint_rate(Endpoint::clone, steady), 24, 1);
  EXPECT_EQ(gate.throttle().endpoint_rate(Endpoint::attach, steady), 50);
  EXPECT_EQ(gate.throttle().learnt(steady).size(), 1u);
  gate.introduce(0, "acct_A");
  EXPECT_EQ(gate.throttle().learnt(steady).size(), 2u);

  LearntLimits limits;
  EXPECT_EQ(limits.news(gate, now, steady).size(), 2u);
  EXPECT_TRUE(limits.news(gate, now, steady).empty());
}

TEST(LearntLimits, knows_what_stripe_documents) {
  EXPECT_EQ(documented_limit("global", Mode::live), 100);
  EXPECT_EQ(documented_limit("global", Mode::test), 25);
  EXPECT_EQ(documented_limit("clone", Mode::live), 25);
}

}  // namespace
}  // namespace payferry::pipeline
