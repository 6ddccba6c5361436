#include "report/series.hpp"

#include <gtest/gtest.h>

namespace payferry::report {
namespace {

std::uint64_t sum(const TimeSeries& series, std::size_t kind) {
  std::uint64_t total = 0;
  for (const auto& slot : series.slots()) total += slot[kind];
  return total;
}

TEST(TimeSeries, counts_by_the_second_while_it_is_short) {
  TimeSeries series(10'000);
  for (const int moment : {10'000, 10'999, 11'000, 13'500}) series.add(moment, 0);
  series.add(9'000, 1);
  ASSERT_EQ(series.slots().size(), 4U);
  EXPECT_EQ(series.slots()[0][0], 2U);
  EXPECT_EQ(series.slots()[0][1], 1U);
  EXPECT_EQ(series.slots()[1][0], 1U);
  EXPECT_EQ(series.slots()[3][0], 1U);
  EXPECT_EQ(series.slot_ms(), 1000);
}

TEST(TimeSeries, stays_small_and_loses_nothing_however_long_it_takes) {
  TimeSeries series(0);
  constexpr std::int64_t kDay = 86'400'000;
  for (std::int64_t second = 0; second < 3 * 86'400; second += 60)
    series.add(second * 1000, second % 120 == 0 ? 0 : 1);
  EXPECT_LE(series.slots().size(), TimeSeries::kSlots);
  EXPECT_EQ(sum(series, 0), 2160U);
  EXPECT_EQ(sum(series, 1), 2160U);
  series.add(400 * kDay, 0);
  EXPECT_LE(series.slots().size(), TimeSeries::kSlots);
  EXPECT_EQ(sum(series, 0), 2161U);
  EXPECT_EQ(series.slots().back()[0], 1U);
}

TEST(Durations, shares_are_known_to_a_tenth) {
  Durations durations;
  EXPECT_EQ(durations.within(0.5), 0);
  for (int ms = 1; ms <= 1000; ++ms) durations.add(ms);
  EXPECT_NEAR(durations.within(0.5), 500, 50);
  EXPECT_NEAR(durations.within(0.95), 950, 95);
  EXPECT_GE(durations.within(1), 1000);
  EXPECT_EQ(durations.count(), 1000U);
}

TEST(Durations, every_time_is_in_one_range) {
  Durations durations;
  for (const int ms : {0, 1, 10, 11, 20, 999, 5000, 60'000'000}) durations.add(ms);
  EXPECT_EQ(durations.between(-1, 10), 3U);
  EXPECT_EQ(durations.between(10, 20), 2U);
  EXPECT_EQ(durations.between(-1, 2147483647), 8U);
}

}  // namespace
}  // namespace payferry::report
