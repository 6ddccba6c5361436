#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>
#include <utility>

#include "async/task.hpp"
#include "support/fake_time.hpp"

// Coroutines as test bodies.
namespace payferry::test {

// A task that was started and is looked at from outside.
template <class T>
class Started {
 public:
  Started(boost::asio::io_context& context, async::Task<T> task) {
    boost::asio::co_spawn(context, std::move(task), [this](std::exception_ptr thrown, T value) {
      thrown_ = thrown;
      if (!thrown) value_.emplace(std::move(value));
      done_ = true;
    });
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  bool done() const { return done_; }
  // What it returned, once; throws what it threw.
  T take() {
    if (!done_) throw std::logic_error("the task has not ended");
    if (thrown_) std::rethrow_exception(thrown_);
    return std::move(*value_);
  }

 private:
  bool done_ = false;
  std::exception_ptr thrown_;
  std::optional<T> value_;
};

template <>
class Started<void> {
 public:
  Started(boost::asio::io_context& context, async::Task<void> task) {
    boost::asio::co_spawn(context, std::move(task), [this](std::exception_ptr thrown) {
      thrown_ = thrown;
      done_ = true;
    });
  }
  Started(const Started&) = delete;
  Started& operator=(const Started&) = delete;

  bool done() const { return done_; }
  void take() {
    if (!done_) throw std::logic_error("the task has not ended");
    if (thrown_) std::rethrow_exception(thrown_);
  }

 private:
  bool done_ = false;
  std::exception_ptr thrown_;
};

// Runs the context until the task has ended, and no longer: what else was started goes on later.
template <class T>
T run_task(boost::asio::io_context& context, async::Task<T> task) {
  Started<T> started(context, std::move(task));
  context.restart();
  while (!started.done())
    if (context.run_one() == 0) throw std::logic_error("nothing left to run, and the task has not ended");
  return started.take();
}

// The same on a hand-moved clock, which is moved from alarm to alarm. For tasks that wait for nothing else.
template <class T>
T run_task(boost::asio::io_context& context, FakeTime& time, async::Task<T> task) {
  Started<T> started(context, std::move(task));
  context.restart();
  context.poll();
  while (!started.done())
    if (!time.advance_to_next() && !started.done())
      throw std::logic_error("nobody waits for an alarm, and the task has not ended");
  return started.take();
}

}  // namespace payferry::test
