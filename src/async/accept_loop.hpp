#pragma once

#include <boost/asio/redirect_error.hpp>
#include <chrono>
#include <utility>

#include "async/task.hpp"
#include "async/time.hpp"

namespace payferry::async {

// Hands every connection to `open` until `stopping`; whoever sets that closes the acceptor and wakes the
// alarm. An accept that fails is tried again a little later: out of descriptors, say, what failed at once
// would fail at once again. All of the arguments outlive it.
template <class Acceptor, class Open>
Task<void> accept_until(const bool& stopping, Acceptor& acceptor, Time& time, Alarm& alarm, Open& open) {
  constexpr auto kAfterFailure = std::chrono::milliseconds(200);
  while (!stopping) {
    boost::system::error_code failed;
    auto socket = co_await acceptor.async_accept(boost::asio::redirect_error(use_task, failed));
    if (stopping) break;
    if (!failed) {
      open(std::move(socket));
      continue;
    }
    const SteadyTime later = time.clock().steady() + kAfterFailure;
    co_await alarm.wait_until(later);
  }
}

}  // namespace payferry::async
