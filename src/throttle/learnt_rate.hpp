#pragma once

#include <optional>

#include "core/clock.hpp"

namespace payferry::throttle {

// What Stripe seems to bear, learnt from what it refuses.
//
// A refusal begins a wave: everything that was sent between the first refused call and the moment at which we
// heard of it. Which part of a wave was taken tells the limit, and that estimate, a little less, is what is
// used from then on: one wave is enough also where twice too much was sent. From there it grows by a fixed
// step a second: slowly while it is near the estimate, so that a limit that stands is met rarely (with one or
// two refusals, some 500 calls apart; at one call a second 100), and faster once it has passed it, or after
// five minutes, because then the limit is not there any more. Never more than what is configured.
class LearntRate {
 public:
  // Requests per second that may be sent now.
  double value(SteadyTime now, double configured) const;

  // A call that was sent at `sent` while `in_force` a second were, was refused. `ours`: we sent about as much
  // as that; otherwise somebody else uses the limit too, and more gives way, unless the limit was met there
  // before. Never under `floor`.
  void refused(SteadyTime sent, SteadyTime now, double in_force, bool ours, double floor);
  // A call that was sent at `sent` was not refused.
  void taken(SteadyTime sent);

  // What the limit seemed to be when it was met last; none if never.
  std::optional<double> ceiling() const { return ceiling_; }
  // When that was.
  SteadyTime met_at() const { return met_at_; }
  // From an earlier run: trusted less the older it is, and after kForgotten not at all.
  void restore(SteadyTime now, double ceiling, Nanoseconds age, double configured);

  static constexpr Nanoseconds kForgotten = std::chrono::hours(24);

 private:
  void estimate();

  std::optional<double> ceiling_;
  double start_ = 0;  // in force from cut_at_ on
  SteadyTime cut_at_;
  SteadyTime met_at_;
  SteadyTime first_refused_;  // when it was sent
  double sent_at_ = 0;        // a second, in this wave
  double floor_ = 0;
  double most_ = 1;  // of the estimate
  int refused_ = 0;
  int taken_ = 0;
};

}  // namespace payferry::throttle
