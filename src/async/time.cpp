#include "async/time.hpp"

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>

namespace payferry::async {
namespace {

using Timer =
    boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                      boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

class SystemAlarm final : public Alarm {
 public:
  explicit SystemAlarm(boost::asio::io_context& context) : timer_(context.get_executor()) {}

  Task<void> wait_until(SteadyTime moment) override {
    if (woken_) {
      woken_ = false;
      co_return;
    }
    timer_.expires_at(moment);
    boost::system::error_code ignored;
    co_await timer_.async_wait(boost::asio::redirect_error(use_task, ignored));
    woken_ = false;
  }

  void wake() override {
    woken_ = true;
    timer_.cancel();
  }

 private:
  Timer timer_;
  bool woken_ = false;
};

class SystemTime final : public Time {
 public:
  explicit SystemTime(boost::asio::io_context& context) : context_(context) {}
  const Clock& clock() const override { return clock_; }
  std::unique_ptr<Alarm> make_alarm() override { return std::make_unique<SystemAlarm>(context_); }

 private:
  boost::asio::io_context& context_;
  SystemClock clock_;
};

}  // namespace

std::unique_ptr<Time> make_system_time(boost::asio::io_context& context) {
  return std::make_unique<SystemTime>(context);
}

}  // namespace payferry::async
