#include "pipeline/gate.hpp"

#include <boost/asio/async_result.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <vector>

namespace payferry::pipeline {

using async::Task;
using throttle::AccountIndex;

Gate::Gate(boost::asio::io_context& context, async::Time& time, throttle::Controls controls)
    : context_(context),
      time_(time),
      alarm_(time.make_alarm()),
      steering_(std::move(controls)),
      throttle_(steering_.merged()) {}

bool Gate::steer(throttle::Writer writer, throttle::Changes changes) {
  if (!steering_.write(writer, std::move(changes))) return false;
  obey();
  return true;
}

void Gate::introduce(AccountIndex index, const std::string& account) {
  if (!names_.emplace(index, account).second) return;
  throttle_.introduce(index, account);
  const auto [begin, end] = earlier_.equal_range(account);
  for (auto at = begin; at != end; ++at)
    throttle_.restore(index, at->second.endpoint, at->second.ceiling, at->second.age, time_.clock().steady());
  earlier_.erase(account);
  if (steering_.introduce(index, account)) obey();
}

void Gate::obey() {
  throttle_.steer(steering_.merged());
  for (const AccountIndex account : steering_.merged().skipped) turn_away(account);
  if (on_steered_) on_steered_();
  alarm_->wake();
}

bool Gate::turns_away(AccountIndex account) const {
  return stopped_ || throttle_.controls().skipped.contains(account) || closed_.contains(account);
}

// Whoever's turn it is before goes first.
std::uint64_t Gate::enter_at_once(AccountIndex account, Endpoint endpoint, std::uint64_t group) {
  if (turns_away(account)) return 0;
  const SteadyTime now = time_.clock().steady();
  const std::uint64_t id = ++last_id_;
  throttle_.enqueue({id, account, endpoint, SteadyTime::min(), group}, now);
  while (const std::optional<std::uint64_t> next = throttle_.next(now)) {
    if (*next == id) return id;
    let(*next, *next);
  }
  throttle_.cancel(id);
  alarm_->wake();
  return 0;
}

Task<std::uint64_t> Gate::enter(AccountIndex account, Endpoint endpoint, SteadyTime not_before,
                                std::uint64_t group) {
  if (turns_away(account)) co_return 0;
  const std::uint64_t id = ++last_id_;
  throttle_.enqueue({id, account, endpoint, not_before, group}, time_.clock().steady());
  alarm_->wake();
  auto begin = [this, id, account](auto handler) {
    waiters_.emplace(id, Waiter{account, std::move(handler)});
  };
  co_return co_await boost::asio::async_initiate<decltype(async::use_task), void(std::uint64_t)>(
      begin, async::use_task);
}

void Gate::leave(std::uint64_t place) {
  throttle_.finished(place, time_.clock().steady());
  alarm_->wake();
}

void Gate::answered(std::uint64_t place, std::optional<throttle::Pushback> pushback) {
  throttle_.answered(place, pushback, time_.clock().steady());
  alarm_->wake();
}

void Gate::proven(AccountIndex account) {
  throttle_.proven(account);
  alarm_->wake();
}

void Gate::hold(AccountIndex account, SteadyTime until) {
  release(account);
  throttle_.hold(account);
  throttle_.doubt(account);
  held_.emplace(account, until);
  held_until_.emplace(until, account);
  alarm_->wake();
}

void Gate::release(AccountIndex account) {
  const auto held = held_.extract(account);
  if (held.empty()) return;
  held_until_.erase({held.mapped(), account});
  throttle_.release(account);
  alarm_->wake();
}

std::string Gate::name_of(AccountIndex index) const {
  const auto found = names_.find(index);
  return found == names_.end() ? "" : found->second;
}

void Gate::restore(const std::string& account, std::optional<Endpoint> endpoint, double ceiling,
                   Nanoseconds age, SteadyTime now) {
  if (account.empty())
    throttle_.restore(throttle::kPlatform, endpoint, ceiling, age, now);
  else
    earlier_.emplace(account, Earlier{endpoint, ceiling, age});
}

void Gate::release_due(SteadyTime now) {
  while (!held_until_.empty() && held_until_.begin()->first <= now) release(held_until_.begin()->second);
}

void Gate::close(AccountIndex account) {
  closed_[account] = true;
  turn_away(account);
}

void Gate::turn_away(AccountIndex account) {
  std::vector<std::uint64_t> turned_away;
  for (const auto& [id, waiter] : waiters_)
    if (waiter.account == account) turned_away.push_back(id);
  for (const std::uint64_t id : turned_away) {
    throttle_.cancel(id);
    let(id, 0);
  }
}

// Posted, so that the one who is let through does not run inside the gate.
void Gate::let(std::uint64_t id, std::uint64_t answer) {
  auto waiter = waiters_.extract(id);
  if (waiter.empty()) return;
  auto resume = [handler = std::move(waiter.mapped().handler), answer]() mutable {
    std::move(handler)(answer);
  };
  boost::asio::post(context_, std::move(resume));
}

Task<void> Gate::run() {
  while (!stopped_) {
    const SteadyTime now = time_.clock().steady();
    release_due(now);
    while (const std::optional<std::uint64_t> id = throttle_.next(now)) let(*id, *id);
    const std::optional<SteadyTime> at = throttle_.wake_at(now);
    SteadyTime until = at.value_or(SteadyTime::max());
    if (!held_until_.empty()) until = std::min(until, held_until_.begin()->first);
    co_await alarm_->wait_until(until);
  }
}

void Gate::stop() {
  stopped_ = true;
  while (!waiters_.empty()) {
    const std::uint64_t id = waiters_.begin()->first;
    throttle_.cancel(id);
    let(id, 0);
  }
  alarm_->wake();
}

}  // namespace payferry::pipeline
