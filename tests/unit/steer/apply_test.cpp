#include "steer/apply.hpp"

#include <gtest/gtest.h>

namespace payferry::steer {
namespace {

using throttle::Changes;
using throttle::Controls;

Controls in_force() {
  Controls now;
  now.global = 80;
  now.endpoint = 20;
  now.in_flight = 64;
  return now;
}

TEST(Apply, what_is_set_is_told_with_what_was_in_force) {
  const Applied applied =
      apply({Action::set, "j", {{Knob::rate, 50}, {Knob::in_flight, 8}}, ""}, {}, in_force());
  EXPECT_EQ(applied.changes.global, 50);
  EXPECT_EQ(applied.changes.in_flight, 8);
  EXPECT_FALSE(applied.changes.endpoint);
  EXPECT_EQ(applied.made, (std::vector<Change>{{"rate", "", "80", "50"}, {"in_flight", "", "64", "8"}}));
}

TEST(Apply, configured_takes_back_what_was_set) {
  Changes before;
  before.global = 50;
  Controls now = in_force();
  now.global = 50;
  const Applied applied = apply(
      {Action::set, "j", {{Knob::rate, std::nullopt}, {Knob::endpoint, std::nullopt}}, ""}, before, now);
  EXPECT_FALSE(applied.changes.global);
  EXPECT_EQ(applied.made, (std::vector<Change>{{"rate", "", "50", "as configured"}}));
}

TEST(Apply, a_single_endpoint_is_set_beside_the_others_and_taken_back_alone) {
  const Request slower{Action::set, "j", {}, "", {{Endpoint::clone, 5}}};
  Applied applied = apply(slower, {}, in_force());
  EXPECT_EQ(applied.changes.endpoints, (std::map<Endpoint, double>{{Endpoint::clone, 5}}));
  EXPECT_FALSE(applied.changes.endpoint);
  EXPECT_EQ(applied.made, (std::vector<Change>{{"endpoint.clone", "", "20", "5"}}));

  Controls now = in_force();
  now.endpoint_overrides[Endpoint::clone] = 5;
  EXPECT_TRUE(apply(slower, applied.changes, now).made.empty());
  const Request back{Action::set, "j", {}, "", {{Endpoint::clone, std::nullopt}}};
  applied = apply(back, applied.changes, now);
  EXPECT_EQ(applied.changes, Changes{});
  EXPECT_EQ(applied.made, (std::vector<Change>{{"endpoint.clone", "", "5", "as configured"}}));
  EXPECT_TRUE(apply(back, {}, in_force()).made.empty());
}

TEST(Apply, a_rate_for_every_endpoint_takes_back_those_of_single_ones) {
  Changes before;
  before.endpoint = 10;
  before.endpoints = {{Endpoint::clone, 5}, {Endpoint::attach, 7}};
  Controls now = in_force();
  now.endpoint = 10;
  now.endpoint_overrides = before.endpoints;
  const Applied applied =
      apply({Action::set, "j", {{Knob::endpoint, 10}}, "", {{Endpoint::clone, 3}}}, before, now);
  EXPECT_EQ(applied.changes.endpoint, 10);
  EXPECT_EQ(applied.changes.endpoints, (std::map<Endpoint, double>{{Endpoint::clone, 3}}));
  EXPECT_EQ(applied.made.front(), (Change{"endpoint.clone", "", "5", "as configured"}));
  EXPECT_EQ(applied.made.back(), (Change{"endpoint.clone", "", "5", "3"}));
}

TEST(Apply, what_is_so_already_changes_nothing) {
  Changes before;
  before.paused = true;
  before.skipped = {"acct_1"};
  before.endpoint = 3;
  Controls now = in_force();
  now.paused = true;
  const Request requests[] = {{Action::pause, "j", {}, ""},
                              {Action::skip_account, "j", {}, "acct_1"},
                              {Action::take_account, "j", {}, "acct_2"},
                              {Action::set, "j", {{Knob::endpoint, 3}}, ""},
                              {Action::status, "j", {}, ""},
                              {Action::stop, "j", {}, ""}};
  for (const Request& request : requests) {
    const Applied applied = apply(request, before, now);
    EXPECT_TRUE(applied.made.empty()) << to_string(request.action);
    EXPECT_EQ(applied.changes, before) << to_string(request.action);
  }
}

struct Pausing {
  std::optional<bool> by_hand;
  bool in_force;
  Action action;
  std::optional<bool> then;
  bool changes;
};
class Pauses : public testing::TestWithParam<Pausing> {};

TEST_P(Pauses, by_hand_over_the_timetable) {
  Changes before;
  before.paused = GetParam().by_hand;
  Controls now = in_force();
  now.paused = GetParam().in_force;
  const Applied applied = apply({GetParam().action, "j", {}, ""}, before, now);
  EXPECT_EQ(applied.changes.paused, GetParam().then);
  EXPECT_EQ(!applied.made.empty(), GetParam().changes);
}

INSTANTIATE_TEST_SUITE_P(Table, Pauses,
                         testing::Values(Pausing{std::nullopt, false, Action::pause, true, true},
                                         Pausing{std::nullopt, true, Action::pause, true,
                                                 true},  // by the timetable until now
                                         Pausing{false, false, Action::pause, true, true},
                                         Pausing{true, true, Action::resume, std::nullopt, true},
                                         Pausing{std::nullopt, true, Action::resume, false, true},
                                         Pausing{std::nullopt, false, Action::resume, std::nullopt, false},
                                         Pausing{false, false, Action::resume, false, false}));

TEST(Apply, a_skipped_account_is_taken_again) {
  const Applied skipped = apply({Action::skip_account, "j", {}, "acct_1"}, {}, in_force());
  EXPECT_EQ(skipped.changes.skipped, std::set<std::string>{"acct_1"});
  EXPECT_EQ(skipped.made, (std::vector<Change>{{"account", "acct_1", "taken", "skipped"}}));
  const Applied taken = apply({Action::take_account, "j", {}, "acct_1"}, skipped.changes, in_force());
  EXPECT_TRUE(taken.changes.skipped.empty());
  EXPECT_EQ(taken.made, (std::vector<Change>{{"account", "acct_1", "skipped", "taken"}}));
}

}  // namespace
}  // namespace payferry::steer
