#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <random>

#include "core/clock.hpp"

namespace payferry::throttle {

// Seeded by whoever owns it; a test seeds it with a constant.
using Random = std::mt19937_64;

inline constexpr Nanoseconds kBackoffBase = std::chrono::milliseconds(500);
inline constexpr Nanoseconds kBackoffFloor = std::chrono::milliseconds(50);

// How long to wait before try `attempt` + 1; the first try that went wrong is 1. Full jitter: uniform between
// the floor and a bound that doubles from `base` with every attempt up to `max`, so that what failed together
// does not come back together. `retry_after`, Stripe's own wish, is a lower bound, itself bounded by `max`.
inline Nanoseconds backoff(int attempt, Nanoseconds base, Nanoseconds max, Random& random,
                           std::optional<Nanoseconds> retry_after = std::nullopt) {
  Nanoseconds bound = std::min(base, max);
  for (int doubled = 1; doubled < attempt && bound < max; ++doubled) bound = std::min(bound * 2, max);
  std::uniform_int_distribution<std::int64_t> spread(0, std::max(bound, Nanoseconds{0}).count());
  const Nanoseconds drawn = std::max(Nanoseconds{spread(random)}, std::min(kBackoffFloor, max));
  return retry_after ? std::max(drawn, std::min(*retry_after, max)) : drawn;
}

}  // namespace payferry::throttle
