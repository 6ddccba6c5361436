#include "throttle/schedule.hpp"

#include <gtest/gtest.h>

namespace payferry::throttle {
namespace {

// Seconds since 1970, as UTC.
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kFriday = std::int64_t{1773964800} * 1000;  // 2026-03-20 00:00 UTC
constexpr std::int64_t kSpring =
    std::int64_t{1774742400} * 1000;  // 2026-03-29 00:00 UTC: Berlin leaves out 02:00 to 03:00
constexpr std::int64_t kAutumn =
    std::int64_t{1792886400} * 1000;  // 2026-10-25 00:00 UTC: Berlin has 02:00 to 03:00 twice

settings::LimitSchedule schedule(unsigned days, int from, int to, const char* zone = "Europe/Berlin") {
  settings::LimitSchedule made;
  made.zone = Zone::named(zone);
  settings::LimitWindow window;
  window.days = days;
  window.from = from * 60;
  window.to = to * 60;
  window.global = 3;
  made.windows.push_back(window);
  return made;
}

int minutes_of(const settings::LimitSchedule& plan, std::int64_t from, int hours) {
  int held = 0;
  for (int minute = 0; minute < hours * 60; ++minute)
    held += changes_at(plan, from + minute * kMinute).global.has_value();
  return held;
}

TEST(Schedule, holds_by_the_zones_clock_on_its_days) {
  const auto plan = schedule(31, 8, 18);  // Monday to Friday; Berlin is an hour ahead
  EXPECT_FALSE(changes_at(plan, kFriday + 7 * kHour - 1).global);
  EXPECT_EQ(changes_at(plan, kFriday + 7 * kHour).global, 3);
  EXPECT_EQ(changes_at(plan, kFriday + 17 * kHour - 1).global, 3);
  EXPECT_FALSE(changes_at(plan, kFriday + 17 * kHour).global);
  EXPECT_EQ(minutes_of(plan, kFriday + 24 * kHour, 48), 0);
}

TEST(Schedule, a_window_past_midnight_belongs_to_the_day_on_which_it_begins) {
  const auto plan = schedule(1U << 4, 22, 6);  // Fridays
  EXPECT_FALSE(changes_at(plan, kFriday + 1 * kHour).global);
  EXPECT_EQ(changes_at(plan, kFriday + 22 * kHour).global, 3);
  EXPECT_EQ(changes_at(plan, kFriday + 28 * kHour).global, 3);
  EXPECT_FALSE(changes_at(plan, kFriday + 29 * kHour).global);
  EXPECT_EQ(minutes_of(plan, kFriday - 48 * kHour, 7 * 24), 8 * 60);
}

TEST(Schedule, knows_the_nights_on_which_the_clock_is_changed) {
  EXPECT_EQ(minutes_of(schedule(127, 2, 3), kSpring - 2 * kHour, 8), 0);
  EXPECT_EQ(minutes_of(schedule(127, 2, 3), kAutumn - 2 * kHour, 8), 120);
  EXPECT_EQ(minutes_of(schedule(127, 1, 4), kSpring - 2 * kHour, 8), 120);
  EXPECT_EQ(minutes_of(schedule(127, 1, 4), kAutumn - 2 * kHour, 8), 240);
  EXPECT_EQ(minutes_of(schedule(127, 22, 6), kSpring - 4 * kHour, 12), 7 * 60);
  EXPECT_EQ(minutes_of(schedule(127, 22, 6), kAutumn - 5 * kHour, 13), 9 * 60);
  EXPECT_EQ(minutes_of(schedule(127, 2, 3, "UTC"), kSpring, 24), 60);
}

TEST(Schedule, the_first_window_that_fits_counts) {
  auto plan = schedule(127, 0, 24);
  settings::LimitWindow pause;
  pause.days = 127;
  pause.paused = true;
  plan.windows.push_back(pause);
  EXPECT_FALSE(changes_at(plan, kFriday).paused);
  std::swap(plan.windows[0], plan.windows[1]);
  EXPECT_EQ(changes_at(plan, kFriday).paused, true);
}

TEST(Schedule, without_one_nothing_is_wanted) {
  EXPECT_EQ(changes_at({}, kFriday), Changes{});
}

TEST(Zone, is_one_of_the_systems_and_no_path) {
  EXPECT_TRUE(Zone::named("Europe/Berlin"));
  for (const char* name : {"", "Europe/Berlon", "/etc/passwd", "../zoneinfo/Europe/Berlin"})
    EXPECT_FALSE(Zone::named(name)) << name;
}

}  // namespace
}  // namespace payferry::throttle
