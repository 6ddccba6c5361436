#include "throttle/schedule.hpp"

namespace payferry::throttle {
namespace {

bool is_day(unsigned days, int weekday) {
  return (days >> static_cast<unsigned>(weekday) & 1U) != 0;
}

bool holds(const settings::LimitWindow& window, LocalTime now) {
  if (window.from < window.to)
    return is_day(window.days, now.weekday) && window.from <= now.minute && now.minute < window.to;
  const int yesterday = (now.weekday + 6) % 7;
  return (is_day(window.days, now.weekday) && now.minute >= window.from) ||
         (is_day(window.days, yesterday) && now.minute < window.to);
}

}  // namespace

Changes changes_from(const settings::LimitSettings& limits) {
  Changes changes;
  for (const auto& [account, wanted] : limits.accounts)
    changes.accounts[account] = {wanted.global, wanted.endpoint, wanted.in_flight, wanted.weight,
                                 wanted.priority};
  return changes;
}

Changes changes_at(const settings::LimitSchedule& schedule, std::int64_t wall_ms) {
  Changes changes;
  if (!schedule.zone) return changes;
  const LocalTime now = schedule.zone->at(wall_ms);
  for (const settings::LimitWindow& window : schedule.windows) {
    if (!holds(window, now)) continue;
    changes.global = window.global;
    changes.endpoint = window.endpoint;
    changes.in_flight = window.in_flight;
    if (window.paused) changes.paused = true;
    return changes;
  }
  return changes;
}

}  // namespace payferry::throttle
