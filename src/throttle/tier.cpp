#include "throttle/tier.hpp"

#include <cmath>

namespace payferry::throttle {
namespace {

constexpr double kRateFloor = 0.05;  // of the configured rate: giving way must not become standing still
constexpr double kCapFloor = 1;
// A throttled answer that names no ration, or one that is not ours to steer.
constexpr Nanoseconds kBreath = std::chrono::milliseconds(200);

}  // namespace

int Meter::cap(SteadyTime now, int configured) const {
  return std::max(1, static_cast<int>(std::floor(cap_.value(now, configured))));
}

SteadyTime Meter::ready_at(SteadyTime now, double rate_configured) {
  bucket_.set_rate(rate(now, rate_configured));
  return std::max(bucket_.next_at(now), paused_until_);
}

bool Meter::full(SteadyTime now, int cap_configured) const {
  return in_flight_ >= cap(now, cap_configured);
}

void Meter::take(SteadyTime now, double rate_configured) {
  bucket_.set_rate(rate(now, rate_configured));
  bucket_.take(now);
  ++in_flight_;
}

void Meter::cut_rate(SteadyTime now, double rate_configured) {
  rate_.cut(now, rate(now, rate_configured), rate_configured * kRateFloor);
}

void Meter::cut_cap(SteadyTime now, int cap_configured) {
  // Cutting a cap that is not reached would change nothing: what was in flight was too much.
  const double in_force = std::min<double>(cap(now, cap_configured), std::max(1, in_flight_));
  cap_.cut(now, in_force, kCapFloor);
}

Gate Tier::gate(Endpoint endpoint, SteadyTime now, const Controls& controls) {
  Meter& own = meter(endpoint);
  if (global_.full(now, controls.in_flight) || own.full(now, controls.in_flight))
    return Gate{kNever, Cause::in_flight};
  const SteadyTime by_global = global_.ready_at(now, controls.global);
  const SteadyTime by_endpoint = own.ready_at(now, controls.rate_of(endpoint));
  if (by_endpoint > by_global) return Gate{by_endpoint, Cause::endpoint_rate};
  return Gate{by_global, by_global > now ? Cause::global_rate : Cause::none};
}

void Tier::take(Endpoint endpoint, SteadyTime now, const Controls& controls) {
  global_.take(now, controls.global);
  meter(endpoint).take(now, controls.rate_of(endpoint));
}

void Tier::give_back(Endpoint endpoint) {
  global_.give_back();
  meter(endpoint).give_back();
}

void Tier::pushed_back(Endpoint endpoint, Pushback reason, SteadyTime now, const Controls& controls) {
  switch (reason) {
    case Pushback::global_rate:
      return global_.cut_rate(now, controls.global);
    case Pushback::endpoint_rate:
      return meter(endpoint).cut_rate(now, controls.rate_of(endpoint));
    case Pushback::global_concurrency:
      return global_.cut_cap(now, controls.in_flight);
    case Pushback::endpoint_concurrency:
      return meter(endpoint).cut_cap(now, controls.in_flight);
    case Pushback::resource:
    case Pushback::unspecified:
      return meter(endpoint).pause_until(now + kBreath);
    case Pushback::lock:
      return;  // one object is busy; only whoever wants that object waits
  }
}

}  // namespace payferry::throttle
