#pragma once

#include <boost/asio/io_context.hpp>
#include <memory>

#include "async/task.hpp"
#include "core/clock.hpp"

namespace payferry::async {

// A waitable moment. One waiter at a time.
class Alarm {
 public:
  virtual ~Alarm() = default;
  // Returns when the moment has come, or at once after wake(). A wake() while nobody waits is remembered for
  // the next wait.
  virtual Task<void> wait_until(SteadyTime) = 0;
  virtual void wake() = 0;
};

// The clock and the waiting that belongs to it; tests move it by hand.
class Time {
 public:
  virtual ~Time() = default;
  virtual const Clock& clock() const = 0;
  virtual std::unique_ptr<Alarm> make_alarm() = 0;
};

std::unique_ptr<Time> make_system_time(boost::asio::io_context&);

}  // namespace payferry::async
