#include "throttle/tier.hpp"

#include <algorithm>
#include <cmath>

namespace payferry::throttle {
namespace {

constexpr double kRateFloor = 0.01;  // a second: giving way must not become standing still
constexpr double kCapFloor = 1;
// A throttled answer that names no ration, or one that is not ours to steer.
constexpr Nanoseconds kBreath = std::chrono::milliseconds(200);
// Who sends less than this part of what it may, and is refused, is not alone.
constexpr double kBelowBudget = 0.7;
constexpr double kLeastPart = 0.25;  // of what was in force, is taken for what was sent

}  // namespace

int Meter::cap(SteadyTime now, int configured) const {
  return std::max(1, static_cast<int>(std::floor(cap_.value(now, configured))));
}

TurnPace* Meter::turn_pace(double rate_now, double rate_configured, const Turns& turns) {
  if (turns.are_all() || rate_now < rate_configured) return nullptr;
  if (!turn_pace_) turn_pace_ = std::make_unique<TurnPace>(paced_);
  return turn_pace_.get();
}

SteadyTime Meter::ready_at(SteadyTime now, double rate_configured, const Turns& turns) {
  const double current = rate(now, rate_configured);
  if (TurnPace* pace = turn_pace(current, rate_configured, turns))
    return std::max(pace->next_at(now, current, turns), paused_until_);
  bucket_.set_rate(turns.part() * current);
  return std::max(bucket_.next_at(now), paused_until_);
}

bool Meter::full(SteadyTime now, int cap_configured) const {
  return in_flight_ >= cap(now, cap_configured);
}

void Meter::take(SteadyTime now, double rate_configured, const Turns& turns) {
  const double current = rate(now, rate_configured);
  if (TurnPace* pace = turn_pace(current, rate_configured, turns)) {
    pace->take(now, current, turns);
  } else {
    bucket_.set_rate(turns.part() * current);
    bucket_.take(now);
  }
  pulse_.beat(now);
  ++in_flight_;
}

void Meter::cut_rate(SteadyTime sent, SteadyTime now, double rate_configured, double part) {
  const double in_force = rate(now, rate_configured);
  const double used = pulse_.per_second(now) / part;
  const bool ours = used >= in_force * kBelowBudget;
  const double base = ours ? in_force : std::max(used, in_force * kLeastPart);
  rate_.refused(sent, now, base, ours, std::min(kRateFloor, rate_configured));
}

void Meter::cut_cap(SteadyTime now, int cap_configured) {
  // Cutting a cap that is not reached would change nothing: what was in flight was too much.
  const double in_force = std::min<double>(cap(now, cap_configured), std::max(1, in_flight_));
  cap_.cut(now, in_force, kCapFloor);
}

Meter& Tier::meter(Endpoint endpoint) {
  std::unique_ptr<Meter>& meter = endpoints_[static_cast<std::size_t>(endpoint)];
  if (!meter) meter = std::make_unique<Meter>();
  return *meter;
}

Meter& Tier::told_about(Endpoint endpoint, Pushback reason) {
  return is_global(reason) ? global_ : meter(endpoint);
}

Gate Tier::gate(Endpoint endpoint, SteadyTime now, const Ration& ration) {
  Meter& own = meter(endpoint);
  if (global_.full(now, ration.in_flight) || own.full(now, ration.in_flight))
    return Gate{kNever, Cause::in_flight};
  const SteadyTime by_global = global_.ready_at(now, ration.global, ration.turns);
  const SteadyTime by_endpoint = own.ready_at(now, ration.endpoint, ration.turns);
  if (by_endpoint > by_global) return Gate{by_endpoint, Cause::endpoint_rate};
  return Gate{by_global, by_global > now ? Cause::global_rate : Cause::none};
}

void Tier::take(Endpoint endpoint, SteadyTime now, const Ration& ration) {
  global_.take(now, ration.global, ration.turns);
  meter(endpoint).take(now, ration.endpoint, ration.turns);
}

void Tier::give_back(Endpoint endpoint) {
  global_.give_back();
  meter(endpoint).give_back();
}

void Tier::taken(Endpoint endpoint, SteadyTime sent) {
  global_.taken(sent);
  meter(endpoint).taken(sent);
}

void Tier::pushed_back(Endpoint endpoint, Pushback reason, SteadyTime sent, SteadyTime now,
                       const Ration& ration) {
  switch (reason) {
    case Pushback::global_rate:
      return global_.cut_rate(sent, now, ration.global, ration.turns.part());
    case Pushback::endpoint_rate:
      return meter(endpoint).cut_rate(sent, now, ration.endpoint, ration.turns.part());
    case Pushback::global_concurrency:
      return global_.cut_cap(now, ration.in_flight);
    case Pushback::endpoint_concurrency:
      return meter(endpoint).cut_cap(now, ration.in_flight);
    case Pushback::resource:
    case Pushback::unspecified:
      return meter(endpoint).pause_until(now + kBreath);
    case Pushback::lock:
      return;  // one object is busy; only whoever wants that object waits
  }
}

void Tier::restore(std::optional<Endpoint> endpoint, SteadyTime now, double ceiling, Nanoseconds age,
                   double configured) {
  (endpoint ? meter(*endpoint) : global_).restore(now, ceiling, age, configured);
}

}  // namespace payferry::throttle
