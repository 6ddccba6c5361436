#pragma once

#include <boost/asio/async_result.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>
#include <optional>
#include <utility>

#include "async/task.hpp"

namespace payferry::async {

// Runs a blocking function on the pool's thread and comes back to the caller's. The function must not throw.
// The pool must not be joined before this has returned: a task on a joined pool is never resumed.
template <class T, class Function>
Task<T> on_thread(boost::asio::thread_pool& pool, Executor home, Function function) {
  auto begin = [&pool, home, function = std::move(function)](auto handler) mutable {
    using Handler = decltype(handler);
    struct State {
      Function function;
      Handler handler;
      boost::asio::executor_work_guard<Executor> keep_running;
      std::optional<T> value;
    };
    auto state =
        std::make_shared<State>(State{std::move(function), std::move(handler),
                                      boost::asio::executor_work_guard<Executor>(home), std::nullopt});
    boost::asio::post(pool, [state, home] {
      state->value.emplace(state->function());
      boost::asio::post(home, [state] {
        auto complete = std::move(state->handler);
        std::move(complete)(std::move(*state->value));
      });
    });
  };
  co_return co_await boost::asio::async_initiate<decltype(use_task), void(T)>(begin, use_task);
}

}  // namespace payferry::async
