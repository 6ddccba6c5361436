#include "pipeline/gate.hpp"

#include <gtest/gtest.h>

#include "async/group.hpp"
#include "support/run_task.hpp"

namespace payferry::pipeline {
namespace {

using payferry::test::FakeTime;
using payferry::test::Started;
using std::chrono::milliseconds;

throttle::Controls two_per_second() {
  throttle::Controls controls;
  controls.global = 100;
  controls.endpoint = 2;
  return controls;
}

class GateTest : public testing::Test {
 protected:
  ~GateTest() override {
    gate_.stop();
    time_.advance(milliseconds(1));
  }
  std::unique_ptr<Started<std::uint64_t>> enter(throttle::AccountIndex account = 0,
                                                Endpoint endpoint = Endpoint::clone,
                                                SteadyTime not_before = SteadyTime::min()) {
    auto started =
        std::make_unique<Started<std::uint64_t>>(context_, gate_.enter(account, endpoint, not_before));
    time_.advance(milliseconds(0));
    return started;
  }

  boost::asio::io_context context_{1};
  FakeTime time_{context_};
  Gate gate_{context_, time_, two_per_second()};
  Started<void> running_{context_, gate_.run()};
};

TEST_F(GateTest, lets_calls_through_at_their_pace) {
  gate_.proven(0);
  const auto first = enter();
  const auto second = enter();
  const auto third = enter();
  time_.advance(milliseconds(0));
  ASSERT_TRUE(first->done());
  EXPECT_NE(first->take(), 0u);
  EXPECT_FALSE(third->done());
  time_.advance(milliseconds(2000));
  EXPECT_TRUE(second->done());
  EXPECT_TRUE(third->done());
}

TEST_F(GateTest, an_unproven_account_gets_one_call_at_a_time) {
  const auto first = enter(0, Endpoint::clone);
  const auto second = enter(0, Endpoint::attach);
  const auto other = enter(1, Endpoint::get_customer);
  time_.advance(milliseconds(10'000));
  ASSERT_TRUE(first->done());
  EXPECT_FALSE(second->done());
  EXPECT_TRUE(other->done());
  gate_.leave(first->take());
  time_.advance(milliseconds(1));
  EXPECT_TRUE(second->done());
}

TEST_F(GateTest, nobody_goes_before_their_time) {
  const auto late = enter(0, Endpoint::clone, time_.clock().steady() + milliseconds(5000));
  time_.advance(milliseconds(4999));
  EXPECT_FALSE(late->done());
  time_.advance(milliseconds(1));
  EXPECT_TRUE(late->done());
}

TEST_F(GateTest, at_once_means_now_or_not_at_all) {
  gate_.proven(0);
  EXPECT_NE(gate_.enter_at_once(0, Endpoint::clone), 0u);
  int more = 0;
  while (more < 10 && gate_.enter_at_once(0, Endpoint::clone) != 0) ++more;
  EXPECT_LT(more, 2);  // two a second, and no time has passed
  time_.advance(milliseconds(2000));
  EXPECT_NE(gate_.enter_at_once(0, Endpoint::clone), 0u);
}

TEST_F(GateTest, at_once_overtakes_nobody) {
  gate_.proven(0);
  std::vector<std::unique_ptr<Started<std::uint64_t>>> before;
  for (int i = 0; i < 5; ++i) before.push_back(enter());
  time_.advance(milliseconds(1200));
  EXPECT_FALSE(before.back()->done());
  EXPECT_EQ(gate_.enter_at_once(0, Endpoint::clone), 0u);
  EXPECT_NE(gate_.enter_at_once(0, Endpoint::attach), 0u);
  time_.advance(milliseconds(2000));
  EXPECT_TRUE(before.back()->done());
}

TEST_F(GateTest, a_closed_account_gets_nothing_at_once) {
  gate_.close(0);
  EXPECT_EQ(gate_.enter_at_once(0, Endpoint::clone), 0u);
  EXPECT_NE(gate_.enter_at_once(1, Endpoint::clone), 0u);
}

TEST_F(GateTest, a_closed_account_turns_everybody_away_now_and_later) {
  const auto first = enter(0);
  const auto waiting = enter(0);
  const auto other = enter(1, Endpoint::attach);
  time_.advance(milliseconds(100));
  gate_.close(0);
  time_.advance(milliseconds(0));
  ASSERT_TRUE(waiting->done());
  EXPECT_EQ(waiting->take(), 0u);
  const auto later = enter(0);
  ASSERT_TRUE(later->done());
  EXPECT_EQ(later->take(), 0u);
  EXPECT_NE(other->take(), 0u);
  gate_.leave(first->take());
}

TEST_F(GateTest, stopping_turns_everybody_away_and_ends_it) {
  const auto first = enter(0);
  const auto waiting = enter(0);
  const auto late = enter(1, Endpoint::attach, time_.clock().steady() + milliseconds(5000));
  gate_.stop();
  time_.advance(milliseconds(0));
  EXPECT_EQ(waiting->take(), 0u);
  EXPECT_EQ(late->take(), 0u);
  EXPECT_EQ(enter(2)->take(), 0u);
  EXPECT_TRUE(running_.done());
}

TEST_F(GateTest, what_was_too_much_slows_it_down) {
  gate_.proven(0);
  const auto first = enter();
  time_.advance(milliseconds(0));
  const std::uint64_t place = first->take();
  const double before = gate_.throttle().endpoint_rate(Endpoint::clone, time_.clock().steady());
  time_.advance(milliseconds(300));
  gate_.answered(place, throttle::Pushback::endpoint_rate);
  EXPECT_LT(gate_.throttle().endpoint_rate(Endpoint::clone, time_.clock().steady()), before);
}

TEST_F(GateTest, a_skipped_account_is_turned_away_and_let_in_again) {
  int looked = 0;
  gate_.on_steered([&] { ++looked; });
  gate_.introduce(0, "acct_A");
  const auto first = enter();
  const auto waits = enter();
  time_.advance(milliseconds(2000));
  ASSERT_TRUE(first->done());
  ASSERT_FALSE(waits->done()) << "an account that has not answered gets one call at a time";
  throttle::Changes changes;
  changes.skipped = {"acct_A"};
  gate_.steer(throttle::Writer::hand, changes);
  const auto late = enter();
  time_.advance(milliseconds(2000));
  ASSERT_TRUE(waits->done());
  ASSERT_TRUE(late->done());
  EXPECT_EQ(waits->take(), 0U);
  EXPECT_EQ(late->take(), 0U);
  gate_.leave(first->take());
  gate_.steer(throttle::Writer::hand, {});
  const auto again = enter();
  time_.advance(milliseconds(2000));
  ASSERT_TRUE(again->done());
  EXPECT_NE(again->take(), 0U);
  EXPECT_EQ(looked, 2);
}

}  // namespace
}  // namespace payferry::pipeline
