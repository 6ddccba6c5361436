#pragma once

#include <boost/asio/io_context.hpp>
#include <exception>
#include <memory>

#include "async/task.hpp"
#include "async/time.hpp"

namespace payferry::async {

// Owns coroutines that run side by side: each is spawned here and awaited here. An exception in one is a bug;
// the first is kept and thrown by wait(). Must outlive its coroutines: wait() before it goes.
class Group {
 public:
  Group(boost::asio::io_context& context, Time& time) : context_(context), ended_(time.make_alarm()) {}

  void spawn(Task<void> task);
  // Returns when every coroutine has ended, also those that were spawned meanwhile. One waiter.
  Task<void> wait();
  std::size_t running() const { return running_; }

 private:
  boost::asio::io_context& context_;
  std::unique_ptr<Alarm> ended_;
  std::size_t running_ = 0;
  std::exception_ptr first_;
};

}  // namespace payferry::async
