#pragma once

#include <array>
#include <memory>
#include <optional>
#include <tuple>
#include <utility>

#include "core/words.hpp"
#include "throttle/adaptive.hpp"
#include "throttle/bucket.hpp"
#include "throttle/causes.hpp"
#include "throttle/controls.hpp"
#include "throttle/learnt_rate.hpp"
#include "throttle/pulse.hpp"
#include "throttle/turn_pace.hpp"

// What one Stripe account is rationed by, with what was learnt of it.
namespace payferry::throttle {

// A gate that no clock opens: only something that happens does.
inline constexpr SteadyTime kNever = SteadyTime::max();

// When a call may go, and what it waits for until then.
struct Gate {
  SteadyTime at;
  Cause cause = Cause::none;
};

// What is configured for a call: handed in each time, because it may be steered.
struct Ration {
  double global = kUnlimited;    // requests per second
  double endpoint = kUnlimited;  // requests per second to its endpoint
  int in_flight = 0;
  Turns turns;  // this worker's of the rates; in_flight is its part already
};

// So many a second, so many at once: what is configured is handed in, what was learnt is kept here.
class Meter {
 public:
  // `paced`: every call goes through another one as well that spaces it.
  explicit Meter(bool paced = false) : paced_(paced) {}

  // Requests per second now; where the limit was met last, and when.
  double rate(SteadyTime now, double configured) const { return rate_.value(now, configured); }
  std::optional<double> rate_ceiling() const { return rate_.ceiling(); }
  SteadyTime rate_met_at() const { return rate_.met_at(); }
  // The part of it that the last calls made use of.
  double used_part(SteadyTime now, double configured) const {
    return pulse_.per_second(now) / rate(now, configured);
  }
  // How many may be in flight now, at least 1.
  int cap(SteadyTime now, int configured) const;

  // When the next call keeps this worker's part of the rate: by its turns, but where the rate is not what is
  // configured each worker has learnt one of its own, and paces itself.
  SteadyTime ready_at(SteadyTime now, double rate_configured, const Turns& turns);
  // Whether as many are in flight as may be.
  bool full(SteadyTime now, int cap_configured) const;
  // A call goes, and is in flight until give_back().
  void take(SteadyTime now, double rate_configured, const Turns& turns);
  void give_back() { --in_flight_; }

  // What was sent then was not refused.
  void taken(SteadyTime sent) { rate_.taken(sent); }
  // It was: by its rate, by the number in flight, or by neither.
  void cut_rate(SteadyTime sent, SteadyTime now, double rate_configured, double part);
  void cut_cap(SteadyTime now, int cap_configured);
  // What is learnt from here on may turn out to tell about somebody else: clear() forgets it again.
  void suspect() { before_ = {rate_, cap_}; }
  void clear() { std::tie(rate_, cap_) = before_; }
  void pause_until(SteadyTime moment) { paused_until_ = std::max(paused_until_, moment); }
  // LearntRate::restore.
  void restore(SteadyTime now, double ceiling, Nanoseconds age, double rate_configured) {
    rate_.restore(now, ceiling, age, rate_configured);
  }

 private:
  // Null: not by turns now.
  TurnPace* turn_pace(double rate_now, double rate_configured, const Turns& turns);

  bool paced_;
  Bucket bucket_;
  std::unique_ptr<TurnPace> turn_pace_;  // few runs share their limits
  LearntRate rate_;
  Adaptive cap_;
  std::pair<LearntRate, Adaptive> before_;
  Pulse pulse_;
  int in_flight_ = 0;
  SteadyTime paused_until_ = SteadyTime::min();
};

// A Stripe account's rations: over everything, and for each endpoint.
class Tier {
 public:
  // When a call to the endpoint may go.
  Gate gate(Endpoint endpoint, SteadyTime now, const Ration& ration);
  // It goes, and is in flight until give_back().
  void take(Endpoint endpoint, SteadyTime now, const Ration& ration);
  void give_back(Endpoint endpoint);
  // What was sent then was not refused, or was.
  void taken(Endpoint endpoint, SteadyTime sent);
  void pushed_back(Endpoint endpoint, Pushback reason, SteadyTime sent, SteadyTime now, const Ration& ration);
  // Of the ration that such a pushback tells about (Meter).
  void suspect(Endpoint endpoint, Pushback reason) { told_about(endpoint, reason).suspect(); }
  void clear(Endpoint endpoint, Pushback reason) { told_about(endpoint, reason).clear(); }
  // None: over everything.
  void restore(std::optional<Endpoint> endpoint, SteadyTime now, double ceiling, Nanoseconds age,
               double configured);

  // Over everything.
  const Meter& global() const { return global_; }
  // Null: nothing was ever sent there.
  const Meter* find(Endpoint endpoint) const { return endpoints_[static_cast<std::size_t>(endpoint)].get(); }

 private:
  Meter& meter(Endpoint endpoint);
  Meter& told_about(Endpoint endpoint, Pushback reason);

  Meter global_{true};
  // Made when needed: there may be ten thousand accounts, and each uses a few endpoints.
  std::array<std::unique_ptr<Meter>, kEndpointCount> endpoints_;
};

}  // namespace payferry::throttle
