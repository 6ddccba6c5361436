#pragma once

#include <array>
#include <optional>

#include "core/words.hpp"
#include "throttle/adaptive.hpp"
#include "throttle/bucket.hpp"
#include "throttle/causes.hpp"
#include "throttle/controls.hpp"

// What one Stripe account is rationed by, with what was learnt of it.
namespace payferry::throttle {

// A gate that no clock opens: only something that happens does.
inline constexpr SteadyTime kNever = SteadyTime::max();

// When a call may go, and what it waits for until then.
struct Gate {
  SteadyTime at;
  Cause cause = Cause::none;
};

// One ration: so many a second, so many at once. What is configured is handed in each time, because it may be
// steered.
class Meter {
 public:
  double rate(SteadyTime now, double configured) const { return rate_.value(now, configured); }
  std::optional<double> rate_ceiling() const { return rate_.ceiling(); }
  int cap(SteadyTime now, int configured) const;

  SteadyTime ready_at(SteadyTime now, double rate_configured);
  bool full(SteadyTime now, int cap_configured) const;
  void take(SteadyTime now, double rate_configured);
  void give_back() { --in_flight_; }

  void cut_rate(SteadyTime now, double rate_configured);
  void cut_cap(SteadyTime now, int cap_configured);
  void pause_until(SteadyTime moment) { paused_until_ = std::max(paused_until_, moment); }

 private:
  Bucket bucket_;
  Adaptive rate_;
  Adaptive cap_;
  int in_flight_ = 0;
  SteadyTime paused_until_ = SteadyTime::min();
};

// A Stripe account's rations: over everything, and for each endpoint.
class Tier {
 public:
  Gate gate(Endpoint endpoint, SteadyTime now, const Controls& controls);
  void take(Endpoint endpoint, SteadyTime now, const Controls& controls);
  void give_back(Endpoint endpoint);
  void pushed_back(Endpoint endpoint, Pushback reason, SteadyTime now, const Controls& controls);

  const Meter& global() const { return global_; }
  const Meter& of(Endpoint endpoint) const { return endpoints_[static_cast<std::size_t>(endpoint)]; }

 private:
  Meter& meter(Endpoint endpoint) { return endpoints_[static_cast<std::size_t>(endpoint)]; }

  Meter global_;
  std::array<Meter, kEndpointCount> endpoints_;
};

}  // namespace payferry::throttle
