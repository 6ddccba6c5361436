#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>

#include "core/clock.hpp"

namespace payferry::throttle {

// Finds out whose limit a call with Stripe-Account counts on, which Stripe does not say (limits.scope:
// learn).
//
// What is configured is what one Stripe account may be asked for. While nothing is known it holds for all
// accounts together. From time to time the platform's rates are stretched by kGrowth a second, each account's
// are not. A refusal that tells about everybody ends that at once, and the next attempt waits twice as long.
// When, without one, kProof seconds' worth of calls more went through than any documented limit of one
// account would have let through, calls count by account. That too is given up at the first refusal that says
// otherwise; it is never trusted so far that the rate would leap.
class ScopeFinder {
 public:
  static constexpr double kGrowth = 0.05;
  static constexpr double kDocumented = 1.25;  // of what is configured: 25 where 20 are
  static constexpr double kProof = 5;          // seconds' worth
  static constexpr Nanoseconds kFirstWait = std::chrono::minutes(1);
  static constexpr Nanoseconds kLongestWait = std::chrono::hours(1);

  // How many times what is configured the platform as a whole may be asked for.
  double stretch() const { return stretch_; }
  // Whether it was found that limits count by account.
  bool by_account() const { return by_account_; }

  // A call went at `ration` (a small number of the caller's), for which `configured` a second are. It
  // stretches only while the ration is what holds the calls: with gaps as long as it asks for.
  void granted(std::size_t ration, double configured, SteadyTime now) {
    Level& level = levels_[ration];
    const double gap = level.last ? seconds(now - *level.last) : 0;
    level.last = now;
    if (!next_) next_ = now + wait_;
    level.over = std::max(0.0, level.over - gap * configured * kDocumented) + 1;
    const bool at_its_limit = gap > 0 && gap * configured * stretch_ < 1.3;
    if (at_its_limit && (by_account_ || now >= *next_)) {
      const double since = grown_at_ ? std::min(gap, seconds(now - *grown_at_)) : gap;
      stretch_ = std::min(stretch_ + since * kGrowth, kMost);
      grown_at_ = now;
    }
    if (level.over > configured * kDocumented * kProof) by_account_ = true;
  }

  // Whether a call sent at `sent` went in a stretch: if it was refused, that says nothing about what is
  // configured.
  bool stretched(SteadyTime sent) const { return stretch_ > 1 || (ended_ && sent < *ended_); }
  // Everybody was refused, in a call sent at `sent`: that ends the stretch it went in. True if it went in
  // one.
  bool refused(SteadyTime sent, SteadyTime now) {
    if (!stretched(sent)) return false;
    if (stretch_ > 1 && (!ended_ || sent >= *ended_)) end(now);
    return true;
  }

  // From an earlier run. Believed, but the rate still grows step by step from what is configured.
  void restore_by_account() { by_account_ = true; }

 private:
  static constexpr double kMost = 1000;
  struct Level {
    std::optional<SteadyTime> last;
    double over = 0;  // calls beyond what a documented limit lets through
  };

  static double seconds(Nanoseconds span) { return std::chrono::duration<double>(span).count(); }
  void end(SteadyTime now) {
    ended_ = now;
    stretch_ = 1;
    by_account_ = false;
    wait_ = std::min(wait_ * 2, kLongestWait);
    next_ = now + wait_;
    for (Level& level : levels_) level.over = 0;
  }

  double stretch_ = 1;
  bool by_account_ = false;
  Nanoseconds wait_ = kFirstWait;
  std::optional<SteadyTime> next_;  // when the next attempt may begin
  std::optional<SteadyTime> ended_;
  std::optional<SteadyTime> grown_at_;
  std::array<Level, 16> levels_;
};

}  // namespace payferry::throttle
