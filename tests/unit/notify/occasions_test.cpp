#include "notify/occasions.hpp"

#include <gtest/gtest.h>

namespace payferry::notify {
namespace {

using enum settings::NotifyEvent;

struct Look {
  double seconds = 0;
  telemetry::Count rate_limited = 0;
  double share = 1;  // of the clone endpoint's rate that is in force
  bool budget_hit = false;
  std::vector<Event> expected = {};
};

telemetry::Snapshot snapshot_of(const Look& look) {
  telemetry::Snapshot now;
  now.seconds = look.seconds;
  now.requests.rate_limited = look.rate_limited;
  now.limits.configured = {80, 20, 20, 20};
  now.limits.current = {80, 20 * look.share, 20, 20};
  now.budget_hit = look.budget_hit;
  return now;
}

struct Case {
  const char* name;
  std::vector<Look> looks;
  std::vector<Event> at_the_end{finished};
};

TEST(Occasions, AreThoseOfTheTable) {
  const std::vector<Case> cases{
      {"a run starts once", {{.expected = {started}}, {.expected = {}}, {.expected = {}}}},
      {"pushed back below the plan",
       {{.expected = {started}}, {.rate_limited = 3, .share = 0.7, .expected = {throttled}}}},
      {"a little below is no news", {{.expected = {started}}, {.rate_limited = 3, .share = 0.9}}},
      {"below, and nobody pushed: it recovers",
       {{.rate_limited = 1, .expected = {started}}, {.rate_limited = 1, .share = 0.5}}},
      {"while it lasts it is told once",
       {{.rate_limited = 1, .share = 0.7, .expected = {started, throttled}},
        {.seconds = 700, .rate_limited = 2, .share = 0.5},
        {.seconds = 1400, .rate_limited = 9, .share = 0.6}}},
      {"again after it recovered, and some time",
       {{.rate_limited = 1, .share = 0.7, .expected = {started, throttled}},
        {.seconds = 300, .rate_limited = 1, .share = 0.96},
        {.seconds = 700, .rate_limited = 2, .share = 0.5, .expected = {throttled}}}},
      {"not again within minutes",
       {{.rate_limited = 1, .share = 0.7, .expected = {started, throttled}},
        {.seconds = 300, .rate_limited = 1, .share = 1},
        {.seconds = 500, .rate_limited = 2, .share = 0.5}}},
      {"the budget is told once",
       {{.expected = {started}}, {.budget_hit = true, .expected = {budget_hit}}, {.budget_hit = true}}},
  };
  for (const Case& c : cases) {
    Occasions occasions;
    Look last;
    for (const Look& look : c.looks) {
      EXPECT_EQ(occasions.look(snapshot_of(look)), look.expected) << c.name;
      last = look;
    }
    EXPECT_EQ(occasions.ended(snapshot_of(last)), c.at_the_end) << c.name;
  }
}

TEST(Occasions, ABudgetHitInTheLastMomentIsToldBeforeTheEnd) {
  Occasions occasions;
  EXPECT_EQ(occasions.ended(snapshot_of({.budget_hit = true})), (std::vector<Event>{budget_hit, finished}));
}

}  // namespace
}  // namespace payferry::notify
