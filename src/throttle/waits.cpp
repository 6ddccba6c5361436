#include "throttle/waits.hpp"

#include <algorithm>
#include <cmath>

namespace payferry::throttle {
namespace {

constexpr double kMemorySeconds = 5;
constexpr double kNoticeable = 0.25;

}  // namespace

void Waits::note(SteadyTime now, Cause cause, Endpoint endpoint) {
  if (started_) settle(now);
  started_ = true;
  since_ = now;
  cause_ = cause;
  endpoint_ = endpoint;
}

void Waits::settle(SteadyTime now) {
  const Nanoseconds lasted = std::max(now - since_, Nanoseconds{0});
  if (lasted.count() == 0) return;
  totals_[static_cast<std::size_t>(cause_)] += lasted;
  const double keep = std::exp(-std::chrono::duration<double>(lasted).count() / kMemorySeconds);
  for (double& share : shares_) share *= keep;
  for (double& share : endpoint_shares_) share *= keep;
  shares_[static_cast<std::size_t>(cause_)] += 1 - keep;
  if (cause_ == Cause::endpoint_rate) endpoint_shares_[static_cast<std::size_t>(endpoint_)] += 1 - keep;
}

Nanoseconds Waits::total(Cause cause, SteadyTime now) const {
  const Nanoseconds settled = totals_[static_cast<std::size_t>(cause)];
  return started_ && cause == cause_ ? settled + std::max(now - since_, Nanoseconds{0}) : settled;
}

std::string Waits::mostly(SteadyTime now) const {
  Waits until_now = *this;
  if (started_) until_now.settle(now);
  return until_now.word();
}

double Waits::held_by_rates(SteadyTime now) const {
  Waits until_now = *this;
  if (started_) until_now.settle(now);
  return until_now.shares_[static_cast<std::size_t>(Cause::global_rate)] +
         until_now.shares_[static_cast<std::size_t>(Cause::endpoint_rate)];
}

std::string Waits::word() const {
  // The first cause is "none": it takes no part.
  const auto most = std::max_element(shares_.begin() + 1, shares_.end());
  if (*most < kNoticeable) return "";
  switch (static_cast<Cause>(most - shares_.begin())) {
    case Cause::none:
      return "";
    case Cause::paused:
      return "pause";
    case Cause::global_rate:
      return "global limit";
    case Cause::endpoint_rate: {
      const auto endpoint = std::max_element(endpoint_shares_.begin(), endpoint_shares_.end());
      return std::string(to_string(static_cast<Endpoint>(endpoint - endpoint_shares_.begin()))) + " limit";
    }
    case Cause::in_flight:
      return "in flight";
    case Cause::account:
      return "accounts";
    case Cause::not_before:
      return "retry waits";
  }
  return "";
}

}  // namespace payferry::throttle
