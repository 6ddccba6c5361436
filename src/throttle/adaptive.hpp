#pragma once

#include <optional>

#include "core/clock.hpp"

namespace payferry::throttle {

// A number that gives way when it is told that it is too large, and grows back. Cut: to kCut of what was in
// force. Growth: per second a share of what is configured, kFast up to just under where it was refused, kSlow
// from there on, so that a limit that really is lower is met rarely and one that was not is found again.
class Adaptive {
 public:
  // What may be used now: never more than `configured`.
  double value(SteadyTime now, double configured) const;

  // What was in force was too much. At most once a second: the answers of one wave say one thing.
  void cut(SteadyTime now, double in_force, double floor);

  // Where it was refused last; none if never.
  std::optional<double> ceiling() const { return ceiling_; }

 private:
  SteadyTime cut_at_;
  double after_cut_ = 0;
  std::optional<double> ceiling_;
};

}  // namespace payferry::throttle
