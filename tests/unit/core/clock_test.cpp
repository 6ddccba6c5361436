#include "core/clock.hpp"

#include <gtest/gtest.h>

namespace payferry {
namespace {

struct Case {
  const char* what;
  Stamp then;
  Stamp now;
  std::int64_t age;
};

class Age : public testing::TestWithParam<Case> {};

TEST_P(Age, is_the_larger_of_what_the_two_clocks_say) {
  EXPECT_EQ(age_ms(GetParam().then, GetParam().now), GetParam().age) << GetParam().what;
}

INSTANTIATE_TEST_SUITE_P(
    Clocks, Age,
    testing::Values(Case{"both agree", {1000, 50, "a"}, {4000, 3050, "a"}, 3000},
                    Case{"no time passed", {1000, 50, "a"}, {1000, 50, "a"}, 0},
                    Case{"wall clock set forward", {1000, 50, "a"}, {91'000, 1050, "a"}, 90'000},
                    Case{"wall clock set back: boot time tells", {9000, 50, "a"}, {1000, 5050, "a"}, 5000},
                    Case{"another boot: only the wall clock", {1000, 900'000, "a"}, {6000, 100, "b"}, 5000},
                    Case{"another boot that runs for longer", {1000, 100, "a"}, {6000, 900'000, "b"}, 5000},
                    Case{"another boot and set back: nothing known", {9000, 100, "a"}, {1000, 50, "b"}, 0},
                    Case{"over 23 hours asleep", {0, 0, "a"}, {0, 82'800'001, "a"}, 82'800'001}));

TEST(Iso8601, is_utc_to_the_second) {
  EXPECT_EQ(to_iso8601(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(to_iso8601(1'795'407'600'999), "2026-11-23T04:20:00Z");
  EXPECT_EQ(to_iso8601(1'709'164'800'000), "2024-02-29T00:00:00Z");
}

TEST(SystemClockTest, knows_its_boot_and_does_not_run_backwards) {
  const SystemClock clock;
  const Stamp first = clock.stamp();
  const SteadyTime steady = clock.steady();
  const Stamp second = clock.stamp();
  EXPECT_FALSE(first.boot_id.empty());
  EXPECT_EQ(first.boot_id, second.boot_id);
  EXPECT_GT(first.wall_ms, 1'600'000'000'000);
  EXPECT_GE(second.boot_ms, first.boot_ms);
  EXPECT_GE(clock.steady(), steady);
}

}  // namespace
}  // namespace payferry
