#pragma once

#include <algorithm>
#include <chrono>
#include <limits>

#include "core/clock.hpp"

namespace payferry::throttle {

inline constexpr double kUnlimited = std::numeric_limits<double>::infinity();

// Steady pacing. A token bucket that fills up while nobody asks lets a burst through afterwards, and Stripe
// counts per second; so grants are spaced instead, and nothing is saved up. Only lateness is made good: a
// grant that came after its moment (a timer is never exact) moves the later ones closer together, at most to
// kCatchUp times the rate and for at most kMaxDebt of lateness. Grants due within kGrain of each other may
// come at once, because no timer can tell them apart; it matters only above some 500 a second.
class Bucket {
 public:
  static constexpr double kCatchUp = 1.1;
  static constexpr Nanoseconds kMaxDebt = std::chrono::milliseconds(250);
  static constexpr Nanoseconds kGrain = std::chrono::milliseconds(1);

  explicit Bucket(double per_second = kUnlimited) { set_rate(per_second); }

  // Takes effect on the grant that is being waited for. Rates under one in 1000 seconds count as that.
  void set_rate(double per_second) {
    if (per_second == rate_) return;
    rate_ = per_second;
    const double seconds = 1 / std::max(per_second, kSlowest);
    spacing_ = in_seconds(seconds);
    closest_ = in_seconds(seconds / kCatchUp);
  }
  double rate() const { return rate_; }

  // The earliest moment, not before `now`, at which take() keeps the pace.
  SteadyTime next_at(SteadyTime now) const {
    if (!started_) return now;
    return std::max({now, due_ + spacing_, gate_ + closest_});
  }

  // One grant at `now`.
  void take(SteadyTime now) {
    due_ = started_ ? std::max(due_ + spacing_, now - kMaxDebt) : now;
    gate_ = started_ ? std::max(gate_ + closest_, now - kGrain) : now;
    started_ = true;
  }

 private:
  static constexpr double kSlowest = 0.001;

  static Nanoseconds in_seconds(double seconds) {
    return std::chrono::duration_cast<Nanoseconds>(std::chrono::duration<double>(seconds));
  }

  double rate_ = 0;
  Nanoseconds spacing_{0};
  Nanoseconds closest_{0};
  bool started_ = false;
  SteadyTime due_;   // when the last grant should have come
  SteadyTime gate_;  // the same by the faster pace of catching up
};

}  // namespace payferry::throttle
