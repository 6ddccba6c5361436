#include "notify/occasions.hpp"

#include <algorithm>

namespace payferry::notify {
namespace {

// The smallest rate in force as a share of its plan.
double least_share(const telemetry::RateLimits& limits) {
  double least = 1;
  for (std::size_t at = 0; at < telemetry::RateLimits::kCount; ++at)
    if (limits.configured[at] > 0) least = std::min(least, limits.current[at] / limits.configured[at]);
  return least;
}

}  // namespace

std::vector<Event> Occasions::look(const telemetry::Snapshot& now) {
  std::vector<Event> events;
  if (!started_) events.push_back(Event::started);
  started_ = true;
  if (is_throttled(now)) events.push_back(Event::throttled);
  note_budget(now, events);
  return events;
}

std::vector<Event> Occasions::ended(const telemetry::Snapshot& last) {
  std::vector<Event> events;
  note_budget(last, events);
  events.push_back(Event::finished);
  return events;
}

bool Occasions::is_throttled(const telemetry::Snapshot& now) {
  const bool pushed = now.requests.rate_limited > rate_limited_;
  rate_limited_ = now.requests.rate_limited;
  const double share = least_share(now.limits);
  if (share >= kRecovered) throttled_ = false;
  if (!pushed || share >= kBelow || throttled_) return false;
  throttled_ = true;
  if (throttled_told_at_ && now.seconds - *throttled_told_at_ < kQuietSeconds) return false;
  throttled_told_at_ = now.seconds;
  return true;
}

void Occasions::note_budget(const telemetry::Snapshot& now, std::vector<Event>& events) {
  if (!now.budget_hit || budget_told_) return;
  budget_told_ = true;
  events.push_back(Event::budget_hit);
}

}  // namespace payferry::notify
