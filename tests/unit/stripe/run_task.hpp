#pragma once

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <exception>
#include <optional>
#include <stdexcept>

#include "async/task.hpp"
#include "stripe/client.hpp"

namespace payferry::stripe::testing {

// Starts the task; `into` holds its result once it has ended.
template <class T>
void start(boost::asio::io_context& context, async::Task<T> task, std::optional<T>& into) {
  boost::asio::co_spawn(context.get_executor(), std::move(task), [&into](std::exception_ptr error, T value) {
    if (error) std::rethrow_exception(error);
    into = std::move(value);
  });
}

// Runs the task to its end, and everything else with it.
template <class T>
T run(boost::asio::io_context& context, async::Task<T> task) {
  std::optional<T> result;
  start(context, std::move(task), result);
  context.restart();
  context.run();
  if (!result) throw std::logic_error("the task never ended");
  return std::move(*result);
}

// connect() and send(); what connect() says stands in the failure.
async::Task<Exchange> exchange(Client& client, Request request);

Request a_clone();

}  // namespace payferry::stripe::testing
