#include "async/scaled_time.hpp"

#include <gtest/gtest.h>

namespace payferry::async {
namespace {

TEST(ScaledClockTest, passes_as_many_times_faster_as_it_is_told) {
  const SystemClock machine;
  const SteadyTime before = machine.steady();
  const ScaledClock clock(1000);
  const SteadyTime begun = machine.steady();
  while (machine.steady() - begun < std::chrono::milliseconds(2)) {
  }
  const Nanoseconds passed = clock.steady() - begun;
  EXPECT_GE(passed, std::chrono::seconds(2) - (begun - before) * 1000);
  EXPECT_GE(clock.stamp().wall_ms - machine.stamp().wall_ms, 1000);
}

TEST(ScaledClockTest, tells_when_a_moment_comes_on_the_machines_clock) {
  const ScaledClock clock(100);
  const SteadyTime now = clock.steady();
  const Nanoseconds apart = clock.on_the_machine(now + std::chrono::seconds(100)) - clock.on_the_machine(now);
  EXPECT_NEAR(std::chrono::duration<double>(apart).count(), 1.0, 0.001);
  EXPECT_EQ(clock.on_the_machine(SteadyTime::max()), SteadyTime::max());
}

}  // namespace
}  // namespace payferry::async
