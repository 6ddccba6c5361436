#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>

#include "core/clock.hpp"
#include "core/words.hpp"

namespace payferry::throttle {

// How many calls have to be in flight so that the rates are reached (limits.in_flight: auto): rate times
// latency, of each endpoint that is used, and half as many again for the swing of both.
class InFlightNeed {
 public:
  static constexpr int kLeast = 64;
  static constexpr int kMost = 1024;

  // An answer took so long.
  void answered(Endpoint endpoint, Nanoseconds latency) {
    double& mean = seconds_[static_cast<std::size_t>(endpoint)];
    const double seconds = std::chrono::duration<double>(latency).count();
    mean = mean == 0 ? seconds : mean + kWeight * (seconds - mean);
  }

  // `rate_of`: what an endpoint may be asked for a second; `global`: what all of them together may be.
  template <class RateOf>
  int calls(RateOf rate_of, double global) const {
    double sum = 0, longest = 0;
    for (std::size_t at = 0; at < kEndpointCount; ++at) {
      if (seconds_[at] == 0) continue;
      sum += rate_of(static_cast<Endpoint>(at)) * seconds_[at];
      longest = std::max(longest, seconds_[at]);
    }
    const double need = std::min(sum, global * longest) * kSpare;
    return static_cast<int>(std::clamp(std::ceil(need), double{kLeast}, double{kMost}));
  }

 private:
  static constexpr double kWeight = 0.02;
  static constexpr double kSpare = 1.5;
  std::array<double, kEndpointCount> seconds_{};  // mean latency; 0: never used
};

}  // namespace payferry::throttle
