#include "async/scaled_time.hpp"

#include <utility>

namespace payferry::async {
namespace {

Nanoseconds times(Nanoseconds duration, double factor) {
  return Nanoseconds(static_cast<std::int64_t>(static_cast<double>(duration.count()) * factor));
}

class ScaledAlarm final : public Alarm {
 public:
  ScaledAlarm(std::shared_ptr<const ScaledClock> clock, std::unique_ptr<Alarm> alarm)
      : clock_(std::move(clock)), alarm_(std::move(alarm)) {}
  Task<void> wait_until(SteadyTime moment) override {
    return alarm_->wait_until(clock_->on_the_machine(moment));
  }
  void wake() override { alarm_->wake(); }

 private:
  std::shared_ptr<const ScaledClock> clock_;
  std::unique_ptr<Alarm> alarm_;
};

class ScaledTime final : public Time {
 public:
  ScaledTime(std::unique_ptr<Time> machine, std::shared_ptr<const ScaledClock> clock)
      : machine_(std::move(machine)), clock_(std::move(clock)) {}
  const Clock& clock() const override { return *clock_; }
  std::unique_ptr<Alarm> make_alarm() override {
    return std::make_unique<ScaledAlarm>(clock_, machine_->make_alarm());
  }

 private:
  std::unique_ptr<Time> machine_;
  std::shared_ptr<const ScaledClock> clock_;
};

}  // namespace

ScaledClock::ScaledClock(double speed)
    : speed_(speed), begin_(machine_.steady()), begin_stamp_(machine_.stamp()) {}

SteadyTime ScaledClock::steady() const {
  return begin_ + times(machine_.steady() - begin_, speed_);
}

Stamp ScaledClock::stamp() const {
  const Nanoseconds passed = times(machine_.steady() - begin_, speed_);
  const std::int64_t ms = std::chrono::duration_cast<std::chrono::milliseconds>(passed).count();
  return {begin_stamp_.wall_ms + ms, begin_stamp_.boot_ms + ms, begin_stamp_.boot_id};
}

SteadyTime ScaledClock::on_the_machine(SteadyTime moment) const {
  if (moment == SteadyTime::max() || moment <= begin_) return moment;
  return begin_ + times(moment - begin_, 1 / speed_);
}

std::unique_ptr<Time> make_scaled_time(boost::asio::io_context& context,
                                       std::shared_ptr<const ScaledClock> clock) {
  return std::make_unique<ScaledTime>(make_system_time(context), std::move(clock));
}

}  // namespace payferry::async
