#include "async/time.hpp"

#include <gtest/gtest.h>

#include "support/run_task.hpp"

namespace payferry::async {
namespace {

using test::run_task;
using test::Started;

// Waits are either for a moment that has passed or for one so far off that only wake() can end them: no test
// depends on how fast the machine is.
class SystemTimeTest : public testing::Test {
 protected:
  SteadyTime now() const { return time_->clock().steady(); }

  boost::asio::io_context context_{1};
  std::unique_ptr<Time> time_ = make_system_time(context_);
  std::unique_ptr<Alarm> alarm_ = time_->make_alarm();
};

TEST_F(SystemTimeTest, a_moment_that_has_passed_is_not_waited_for) {
  run_task(context_, alarm_->wait_until(now() - std::chrono::hours(1)));
}

TEST_F(SystemTimeTest, a_moment_that_comes_ends_the_wait) {
  const SteadyTime moment = now() + std::chrono::milliseconds(1);
  run_task(context_, alarm_->wait_until(moment));
  EXPECT_GE(now(), moment);
}

TEST_F(SystemTimeTest, waking_ends_a_wait) {
  Started<void> waiting(context_, alarm_->wait_until(now() + std::chrono::hours(1)));
  context_.poll();
  EXPECT_FALSE(waiting.done());
  alarm_->wake();
  context_.poll();
  EXPECT_TRUE(waiting.done());
}

TEST_F(SystemTimeTest, a_wake_that_met_nobody_ends_the_next_wait_and_only_that) {
  alarm_->wake();
  alarm_->wake();
  run_task(context_, alarm_->wait_until(now() + std::chrono::hours(1)));
  Started<void> second(context_, alarm_->wait_until(now() + std::chrono::hours(1)));
  context_.restart();
  context_.poll();
  EXPECT_FALSE(second.done());
}

TEST_F(SystemTimeTest, an_alarm_can_be_used_again) {
  for (int at = 0; at < 3; ++at) {
    Started<void> waiting(context_, alarm_->wait_until(now() + std::chrono::hours(1)));
    context_.restart();
    context_.poll();
    EXPECT_FALSE(waiting.done());
    alarm_->wake();
    context_.poll();
    EXPECT_TRUE(waiting.done());
  }
}

}  // namespace
}  // namespace payferry::async
