#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>

#include "core/clock.hpp"

namespace payferry::throttle {

// How many calls a second went of late. Where they go more than kFew apart the last gap tells it: what decays
// between two calls would say less the longer an answer takes.
class Pulse {
 public:
  // A call goes.
  void beat(SteadyTime now) {
    if (!started_) since_ = now;
    if (started_) gap_ = seconds(now - last_);
    settle(now);
    level_ += 1;
    started_ = true;
  }

  // 0 if none ever went.
  double per_second(SteadyTime now) const {
    if (!started_) return 0;
    Pulse until_now = *this;
    until_now.settle(now);
    const double known = kMemory * (1 - std::exp(-seconds(now - since_) / kMemory));
    const double of_late = known > 0 ? until_now.level_ / std::max(known, kLeastKnown) : 0;
    const bool few = gap_ >= kFew && seconds(now - last_) <= gap_;
    return few ? std::max(of_late, 1 / gap_) : of_late;
  }

 private:
  static constexpr double kMemory = 3;        // seconds
  static constexpr double kLeastKnown = 0.3;  // seconds: from less nothing can be told
  static constexpr double kFew = 1;           // seconds between two calls

  static double seconds(Nanoseconds span) { return std::chrono::duration<double>(span).count(); }
  void settle(SteadyTime now) {
    if (started_) level_ *= std::exp(-seconds(now - last_) / kMemory);
    last_ = now;
  }

  bool started_ = false;
  double level_ = 0;
  double gap_ = 0;  // between the last two
  SteadyTime since_;
  SteadyTime last_;
};

}  // namespace payferry::throttle
