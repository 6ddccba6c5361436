#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "throttle/throttle.hpp"

namespace payferry::throttle {

inline constexpr SteadyTime kStart = SteadyTime(std::chrono::hours(1000));

inline Nanoseconds seconds(double count) {
  return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(count));
}

// A throttle on a virtual clock, with calls that take `latency` each.
struct VirtualRun {
  struct Grant {
    std::uint64_t id;
    SteadyTime at;
  };

  explicit VirtualRun(Controls controls) : throttle(std::move(controls)) {}

  void enqueue(std::uint64_t id, AccountIndex account, Endpoint endpoint,
               SteadyTime not_before = SteadyTime::min()) {
    throttle.enqueue(Ticket{id, account, endpoint, not_before}, now);
  }

  // Grants and finishes until `end`, or until nothing is left to happen.
  void until(SteadyTime end) {
    for (;;) {
      while (!flights.empty() && flights.begin()->first <= now) {
        const std::uint64_t id = flights.begin()->second;
        flights.erase(flights.begin());
        throttle.finished(id);
        if (on_finished) on_finished(id);
      }
      while (const std::optional<std::uint64_t> id = throttle.next(now)) {
        grants.push_back({*id, now});
        flights.emplace(now + latency, *id);
      }
      SteadyTime then = kNever;
      if (const auto wake = throttle.wake_at(now)) {
        if (*wake <= now) ++wakes_without_progress;
        then = std::max(*wake, now + Nanoseconds{1});
      }
      if (!flights.empty()) then = std::min(then, flights.begin()->first);
      if (then == kNever || then > end) break;
      now = then;
    }
    if (end != kNever) now = end;
  }

  std::size_t granted_between(SteadyTime from, SteadyTime to) const {
    std::size_t count = 0;
    for (const Grant& grant : grants) count += grant.at >= from && grant.at < to;
    return count;
  }

  Throttle throttle;
  SteadyTime now = kStart;
  Nanoseconds latency = std::chrono::milliseconds(100);
  std::multimap<SteadyTime, std::uint64_t> flights;
  std::vector<Grant> grants;
  std::function<void(std::uint64_t)> on_finished;
  int wakes_without_progress = 0;
};

}  // namespace payferry::throttle
