#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
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
    AccountIndex account = kPlatform;
    Endpoint endpoint = Endpoint::clone;
  };

  explicit VirtualRun(Controls controls) : throttle(std::move(controls)) {}

  void enqueue(std::uint64_t id, AccountIndex account, Endpoint endpoint,
               SteadyTime not_before = SteadyTime::min(), std::uint64_t group = 0) {
    const Ticket ticket{id, account, endpoint, not_before, group};
    if (throttle.enqueue(ticket, now)) tickets[id] = ticket;
  }

  // Grants and finishes until `end`, or until nothing is left to happen.
  void until(SteadyTime end) {
    for (;;) {
      while (!flights.empty() && flights.begin()->first <= now) {
        const Grant grant = flights.begin()->second.first;
        const std::optional<Pushback> answer = flights.begin()->second.second;
        flights.erase(flights.begin());
        throttle.answered(grant.id, answer, now);
        if (answer && on_refused) on_refused(grant);
        if (!answer && on_finished) on_finished(grant);
      }
      while (const std::optional<std::uint64_t> id = throttle.next(now)) {
        const Ticket ticket = tickets.at(*id);
        tickets.erase(*id);
        grants.push_back({*id, now, ticket.account, ticket.endpoint});
        const std::optional<Pushback> answer = pushback ? pushback(grants.back()) : std::nullopt;
        const Nanoseconds takes = latency_of ? latency_of(grants.back()) : latency;
        flights.emplace(now + takes, std::pair{grants.back(), answer});
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
  std::multimap<SteadyTime, std::pair<Grant, std::optional<Pushback>>> flights;
  std::unordered_map<std::uint64_t, Ticket> tickets;
  std::vector<Grant> grants;
  std::function<void(const Grant&)> on_finished;
  std::function<void(const Grant&)> on_refused;
  std::function<std::optional<Pushback>(const Grant&)> pushback;  // what the server says to a call
  std::function<Nanoseconds(const Grant&)> latency_of;
  int wakes_without_progress = 0;
};

}  // namespace payferry::throttle
