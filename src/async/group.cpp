#include "async/group.hpp"

#include <boost/asio/co_spawn.hpp>

namespace payferry::async {

void Group::spawn(Task<void> task) {
  ++running_;
  auto ended = [this](std::exception_ptr thrown) {
    --running_;
    if (thrown && !first_) first_ = thrown;
    if (running_ == 0 || thrown) ended_->wake();
  };
  boost::asio::co_spawn(context_, std::move(task), std::move(ended));
}

Task<void> Group::wait() {
  while (running_ > 0) co_await ended_->wait_until(SteadyTime::max());
  if (first_) std::rethrow_exception(std::exchange(first_, nullptr));
}

}  // namespace payferry::async
