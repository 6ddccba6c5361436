#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace payferry::throttle {

// Why what waits does not go. The spelling is a metric label.
enum class Cause : std::uint8_t {
  none,           // nothing waits
  paused,         // somebody steers so
  global_rate,    // the rate over all endpoints
  endpoint_rate,  // the rate of one endpoint
  in_flight,      // too many calls are waiting for an answer
  account,        // held, skipped, or not yet proven: its calls go one at a time
  not_before,     // everything that waits is waiting for its next try
};
inline constexpr std::size_t kCauseCount = 7;

constexpr std::string_view to_string(Cause cause) noexcept {
  constexpr std::array<std::string_view, kCauseCount> kNames{
      "none", "paused", "global_rate", "endpoint_rate", "in_flight", "account", "not_before"};
  return kNames[static_cast<std::size_t>(cause)];
}

// What a throttled answer blames, in Stripe's words (Stripe-Rate-Limited-Reason; lock: 429 lock_timeout).
enum class Pushback : std::uint8_t {
  global_rate,
  endpoint_rate,
  global_concurrency,
  endpoint_concurrency,
  resource,
  lock,
  unspecified,
};
// Whether it tells about what all endpoints share.
constexpr bool is_global(Pushback reason) noexcept {
  return reason == Pushback::global_rate || reason == Pushback::global_concurrency;
}

}  // namespace payferry::throttle
