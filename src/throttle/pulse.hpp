#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/clock.hpp"

namespace payferry::throttle {

// How many calls a second went of late.
class Pulse {
 public:
  void beat(SteadyTime now) {
    if (!started_) since_ = now;
    settle(now);
    level_ += 1;
    started_ = true;
  }

  double per_second(SteadyTime now) const {
    if (!started_) return 0;
    Pulse until_now = *this;
    until_now.settle(now);
    const double known = kMemory * (1 - std::exp(-seconds(now - since_) / kMemory));
    return known > 0 ? until_now.level_ / std::max(known, kLeastKnown) : 0;
  }

 private:
  static constexpr double kMemory = 3;        // seconds
  static constexpr double kLeastKnown = 0.3;  // seconds: from less nothing can be told

  static double seconds(Nanoseconds span) { return std::chrono::duration<double>(span).count(); }
  void settle(SteadyTime now) {
    if (started_) level_ *= std::exp(-seconds(now - last_) / kMemory);
    last_ = now;
  }

  bool started_ = false;
  double level_ = 0;
  SteadyTime since_;
  SteadyTime last_;
};

}  // namespace payferry::throttle
