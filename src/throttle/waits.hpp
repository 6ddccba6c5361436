#pragma once

#include <array>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/words.hpp"
#include "throttle/causes.hpp"

namespace payferry::throttle {

// How long a run stood still for what: time in which something waited and nothing could go. Time in which
// nothing waited counts for nobody.
class Waits {
 public:
  // From `now` on, until the next call, this is what is waited for.
  void note(SteadyTime now, Cause cause, Endpoint endpoint);

  Nanoseconds total(Cause cause, SteadyTime now) const;
  // What held the run for most of the last seconds, in short words for a progress line: "clone limit",
  // "global limit", "in flight", "accounts", "retry waits", "pause"; empty if nothing did.
  std::string mostly(SteadyTime now) const;
  // The part of the last seconds in which a rate held what was waiting.
  double held_by_rates(SteadyTime now) const;

 private:
  void settle(SteadyTime now);
  std::string word() const;

  bool started_ = false;
  SteadyTime since_;
  Cause cause_ = Cause::none;
  Endpoint endpoint_ = Endpoint::clone;
  std::array<Nanoseconds, kCauseCount> totals_{};
  std::array<double, kCauseCount> shares_{};  // of the last seconds, weighted towards the present
  std::array<double, kEndpointCount> endpoint_shares_{};
};

}  // namespace payferry::throttle
