#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/redirect_error.hpp>
#include <memory>
#include <optional>
#include <set>
#include <string>

#include "async/time.hpp"

namespace payferry::test {

// A clock that stands still until it is moved. All three of its readings move together, unless set apart.
class FakeClock final : public Clock {
 public:
  SteadyTime steady() const override { return steady_; }
  Stamp stamp() const override { return stamp_; }

  void move(Nanoseconds by) {
    steady_ += by;
    since_millisecond_ += by;
    const auto whole = std::chrono::floor<std::chrono::milliseconds>(since_millisecond_);
    since_millisecond_ -= whole;
    stamp_.wall_ms += whole.count();
    stamp_.boot_ms += whole.count();
  }
  void set_wall_ms(std::int64_t wall_ms) { stamp_.wall_ms = wall_ms; }
  void reboot(std::string boot_id) {
    stamp_.boot_id = std::move(boot_id);
    stamp_.boot_ms = 0;
  }

 private:
  SteadyTime steady_{std::chrono::hours(1000)};
  Stamp stamp_{1'795'407'600'000, 3'600'000, "first-boot"};  // 2026-11-23T04:20:00Z
  Nanoseconds since_millisecond_{0};
};

// Time that is moved by hand, for coroutines on one context. Not to be moved from inside them.
class FakeTime final : public async::Time {
 public:
  explicit FakeTime(boost::asio::io_context& context) : context_(context) {}

  const Clock& clock() const override { return clock_; }
  std::unique_ptr<async::Alarm> make_alarm() override { return std::make_unique<FakeAlarm>(*this); }
  FakeClock& fake_clock() { return clock_; }

  // Moves on, stopping at every alarm on the way; whatever can run at each moment runs before the next.
  void advance(Nanoseconds by) {
    const SteadyTime end = clock_.steady() + by;
    run_ready();
    while (const std::optional<SteadyTime> next = next_alarm()) {
      if (*next > end) break;
      move_to(*next);
    }
    move_to(end);
  }

  // Moves to the first alarm that somebody waits for; false if nobody waits.
  bool advance_to_next() {
    run_ready();
    const std::optional<SteadyTime> next = next_alarm();
    if (next) move_to(*next);
    return next.has_value();
  }

  std::optional<SteadyTime> next_alarm() const {
    std::optional<SteadyTime> first;
    for (const FakeAlarm* alarm : waited_for_)
      if (!first || alarm->moment() < *first) first = alarm->moment();
    return first;
  }

 private:
  class FakeAlarm final : public async::Alarm {
   public:
    explicit FakeAlarm(FakeTime& time) : time_(time), timer_(time.context_.get_executor()) {}
    ~FakeAlarm() override { time_.waited_for_.erase(this); }

    async::Task<void> wait_until(SteadyTime moment) override {
      if (!woken_ && moment > time_.clock_.steady()) {
        moment_ = moment;
        timer_.expires_at(SteadyTime::max());
        time_.waited_for_.insert(this);
        boost::system::error_code ignored;
        co_await timer_.async_wait(boost::asio::redirect_error(async::use_task, ignored));
        time_.waited_for_.erase(this);
      }
      woken_ = false;
    }

    void wake() override {
      woken_ = true;
      fire();
    }
    void fire() {
      time_.waited_for_.erase(this);
      timer_.cancel();
    }
    SteadyTime moment() const { return moment_; }

   private:
    FakeTime& time_;
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, async::Executor>
        timer_;
    SteadyTime moment_;
    bool woken_ = false;
  };

  void move_to(SteadyTime moment) {
    if (moment > clock_.steady()) clock_.move(moment - clock_.steady());
    const std::set<FakeAlarm*> candidates = waited_for_;
    for (FakeAlarm* alarm : candidates)
      if (alarm->moment() <= clock_.steady()) alarm->fire();
    run_ready();
  }

  void run_ready() {
    context_.restart();
    context_.poll();
  }

  boost::asio::io_context& context_;
  FakeClock clock_;
  std::set<FakeAlarm*> waited_for_;
};

}  // namespace payferry::test
