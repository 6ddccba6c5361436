#include "support/fake_time.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/run_task.hpp"

namespace payferry::test {
namespace {

using std::chrono::seconds;

class FakeTimeTest : public testing::Test {
 protected:
  async::Task<void> ring_every(Nanoseconds period, int times, int name) {
    const std::unique_ptr<async::Alarm> alarm = time_.make_alarm();
    for (int at = 0; at < times; ++at) {
      co_await alarm->wait_until(time_.clock().steady() + period);
      rung_.push_back(name);
    }
  }

  async::Task<int> answer() { co_return 42; }
  async::Task<int> fail() {
    throw std::runtime_error("broken");
    co_return 0;
  }

  boost::asio::io_context context_{1};
  FakeTime time_{context_};
  std::vector<int> rung_;
};

TEST_F(FakeTimeTest, several_alarms_ring_in_the_order_of_their_moments) {
  Started<void> one(context_, ring_every(seconds(2), 3, 1));
  Started<void> other(context_, ring_every(seconds(3), 2, 2));
  time_.advance(seconds(5));
  EXPECT_EQ(rung_, (std::vector{1, 2, 1}));
  time_.advance(seconds(1));
  EXPECT_TRUE(one.done());
  EXPECT_TRUE(other.done());
  EXPECT_FALSE(time_.next_alarm());
}

TEST_F(FakeTimeTest, nothing_rings_while_time_stands_still) {
  Started<void> one(context_, ring_every(seconds(2), 1, 1));
  time_.advance(seconds(2) - Nanoseconds{1});
  EXPECT_TRUE(rung_.empty());
  time_.advance(Nanoseconds{1});
  EXPECT_TRUE(one.done());
}

TEST_F(FakeTimeTest, all_readings_of_the_clock_move_together) {
  const Stamp before = time_.clock().stamp();
  for (int at = 0; at < 1000; ++at) time_.advance(std::chrono::microseconds(1500));
  EXPECT_EQ(time_.clock().stamp().wall_ms - before.wall_ms, 1500);
  EXPECT_EQ(age_ms(before, time_.clock().stamp()), 1500);
  EXPECT_EQ(to_iso8601(before.wall_ms), "2026-11-23T04:20:00Z");
}

TEST_F(FakeTimeTest, a_task_runs_hours_in_no_time) {
  run_task(context_, time_, ring_every(std::chrono::hours(1), 24, 1));
  EXPECT_EQ(rung_.size(), 24u);
}

TEST_F(FakeTimeTest, a_task_gives_its_value_or_throws_what_it_threw) {
  EXPECT_EQ(run_task(context_, answer()), 42);
  EXPECT_THROW(run_task(context_, fail()), std::runtime_error);
}

TEST_F(FakeTimeTest, waking_is_remembered_for_one_wait) {
  const std::unique_ptr<async::Alarm> alarm = time_.make_alarm();
  const SteadyTime later = time_.clock().steady() + seconds(9);
  alarm->wake();
  Started<void> first(context_, alarm->wait_until(later));
  time_.advance(seconds(0));
  EXPECT_TRUE(first.done());
  Started<void> second(context_, alarm->wait_until(later));
  time_.advance(seconds(1));
  EXPECT_FALSE(second.done());
  alarm->wake();
  time_.advance(seconds(0));
  EXPECT_TRUE(second.done());
}

}  // namespace
}  // namespace payferry::test
