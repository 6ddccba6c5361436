#include "throttle/steering.hpp"

#include <gtest/gtest.h>

namespace payferry::throttle {
namespace {

Controls configured() {
  Controls controls;
  controls.global = 80;
  controls.endpoint = 20;
  controls.endpoint_overrides[Endpoint::clone] = 15;
  return controls;
}

TEST(Steering, is_what_is_configured_until_somebody_wants_something_else) {
  const Steering steering(configured());
  EXPECT_EQ(steering.merged(), configured());
}

TEST(Steering, the_hand_is_heard_before_the_timetable_whoever_came_first) {
  Steering steering(configured());
  Changes by_hand;
  by_hand.global = 3;
  EXPECT_TRUE(steering.write(Writer::hand, by_hand));
  Changes timetable;
  timetable.global = 40;
  timetable.paused = true;
  EXPECT_TRUE(steering.write(Writer::schedule, timetable));
  EXPECT_EQ(steering.merged().global, 3);
  EXPECT_TRUE(steering.merged().paused);
  EXPECT_EQ(steering.merged().endpoint, 20);
  EXPECT_TRUE(steering.write(Writer::hand, {}));
  EXPECT_EQ(steering.merged().global, 40);
  EXPECT_TRUE(steering.write(Writer::schedule, {}));
  EXPECT_EQ(steering.merged(), configured());
}

TEST(Steering, a_hand_goes_on_where_the_timetable_pauses) {
  Steering steering(configured());
  Changes timetable;
  timetable.paused = true;
  steering.write(Writer::schedule, timetable);
  Changes by_hand;
  by_hand.paused = false;
  EXPECT_TRUE(steering.write(Writer::hand, by_hand));
  EXPECT_FALSE(steering.merged().paused);
}

TEST(Steering, what_is_wanted_for_every_endpoint_voids_what_was_wanted_for_one) {
  Steering steering(configured());
  Changes timetable;
  timetable.endpoint = 5;
  timetable.endpoints[Endpoint::attach] = 7;
  steering.write(Writer::schedule, timetable);
  EXPECT_EQ(steering.merged().rate_of(Endpoint::clone), 5);
  EXPECT_EQ(steering.merged().rate_of(Endpoint::attach), 7);
}

TEST(Steering, accounts_are_meant_by_their_ids_also_before_they_are_known) {
  Steering steering(configured());
  Changes job;
  job.accounts["acct_A"].global = 9;
  job.skipped = {"acct_B"};
  EXPECT_FALSE(steering.write(Writer::job, job));
  EXPECT_FALSE(steering.introduce(0, "acct_C"));
  EXPECT_TRUE(steering.introduce(1, "acct_A"));
  EXPECT_TRUE(steering.introduce(2, "acct_B"));
  EXPECT_FALSE(steering.introduce(2, "acct_B"));
  EXPECT_EQ(steering.merged().accounts.at(1).global, 9);
  EXPECT_EQ(steering.merged().skipped, std::set<AccountIndex>{2});
}

TEST(Steering, an_account_keeps_its_own_rates_only_where_they_are_lower) {
  Steering steering(configured());
  Changes job;
  job.accounts["acct_A"].endpoint = 9;
  job.accounts["acct_B"].endpoint = 2;
  steering.write(Writer::job, job);
  steering.introduce(0, "acct_A");
  steering.introduce(1, "acct_B");
  Changes timetable;
  timetable.endpoint = 5;
  steering.write(Writer::schedule, timetable);
  EXPECT_EQ(steering.merged().accounts.at(0).endpoint, 5);
  EXPECT_EQ(steering.merged().accounts.at(1).endpoint, 2);
}

TEST(Steering, wanting_the_same_again_changes_nothing) {
  Steering steering(configured());
  Changes changes;
  changes.in_flight = 10;
  EXPECT_TRUE(steering.write(Writer::hand, changes));
  EXPECT_FALSE(steering.write(Writer::hand, changes));
}

}  // namespace
}  // namespace payferry::throttle
