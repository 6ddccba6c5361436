#include "throttle/adaptive.hpp"

#include <gtest/gtest.h>

namespace payferry::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart = SteadyTime(std::chrono::hours(1000));

TEST(Adaptive, is_what_is_configured_until_it_is_cut) {
  const Adaptive rate;
  EXPECT_DOUBLE_EQ(rate.value(kStart, 20), 20);
  EXPECT_FALSE(rate.ceiling());
}

TEST(Adaptive, a_cut_takes_a_fifth_and_remembers_where) {
  Adaptive rate;
  rate.cut(kStart, 20, 1);
  EXPECT_DOUBLE_EQ(rate.value(kStart, 20), 16);
  EXPECT_DOUBLE_EQ(rate.ceiling().value(), 20);
}

TEST(Adaptive, a_wave_of_refusals_cuts_once) {
  Adaptive rate;
  for (int at = 0; at < 50; ++at) rate.cut(kStart + milliseconds(at * 19), rate.value(kStart, 20), 1);
  EXPECT_DOUBLE_EQ(rate.value(kStart + seconds(1), 20), 16);
  rate.cut(kStart + seconds(1), 16, 1);
  EXPECT_DOUBLE_EQ(rate.value(kStart + seconds(1), 20), 12.8);
}

TEST(Adaptive, never_falls_under_the_floor) {
  Adaptive rate;
  for (int at = 0; at < 100; ++at) {
    const SteadyTime now = kStart + seconds(at);
    rate.cut(now, rate.value(now, 20), 1);
  }
  EXPECT_GE(rate.value(kStart + seconds(99), 20), 1);
}

TEST(Adaptive, grows_back_steadily_and_slowly_near_where_it_was_refused) {
  Adaptive rate;
  rate.cut(kStart, 20, 1);
  double before = rate.value(kStart, 20);
  for (int at = 1; at < 200; ++at) {
    const double now = rate.value(kStart + seconds(at), 20);
    EXPECT_GE(now, before);
    EXPECT_LE(now - before, 20 * 0.02 + 1e-9);
    before = now;
  }
  EXPECT_NEAR(rate.value(kStart + seconds(9), 20), 19, 0.5);
  EXPECT_LT(rate.value(kStart + seconds(12), 20), 19.5);
  EXPECT_DOUBLE_EQ(rate.value(kStart + seconds(60), 20), 20);
}

TEST(Adaptive, never_exceeds_a_configured_value_that_was_lowered_meanwhile) {
  Adaptive rate;
  rate.cut(kStart, 20, 1);
  EXPECT_DOUBLE_EQ(rate.value(kStart + seconds(1), 5), 5);
}

}  // namespace
}  // namespace payferry::throttle
