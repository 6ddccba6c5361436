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

TEST(BootIdTest, is_the_text_that_it_was_made_of) {
  const std::string uuid = "0f5e7c1a-93d2-4b1e-8a37-5f6e2d9c4b10";
  EXPECT_EQ(std::string_view(BootId(uuid)), uuid);
  EXPECT_EQ(BootId(uuid), BootId(uuid.c_str()));
  EXPECT_NE(BootId(uuid), BootId(uuid.substr(0, 35)));
  EXPECT_NE(BootId("a"), BootId("b"));
  EXPECT_EQ(std::string_view(BootId()), "");
  EXPECT_TRUE(BootId("").empty());
  EXPECT_FALSE(BootId("a").empty());
}

TEST(BootIdTest, is_cut_where_it_is_longer_than_a_uuid) {
  const std::string uuid = "0f5e7c1a-93d2-4b1e-8a37-5f6e2d9c4b10";
  EXPECT_EQ(std::string_view(BootId(uuid + "more")), uuid);
}

TEST(BootIdTest, that_is_shorter_leaves_nothing_of_what_was_there) {
  BootId id("a longer one");
  id = BootId("short");
  EXPECT_EQ(id, BootId("short"));
}

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
  EXPECT_GT(clock.wall_ms(), 1'600'000'000'000);
}

}  // namespace
}  // namespace payferry
