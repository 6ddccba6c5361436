#include "pipeline/health.hpp"

namespace payferry::pipeline {

using Act = plan::Breakers::Act;

void note_health(Shared& shared, AccountPlace& place, const std::string& account,
                 const stripe::Verdict& verdict) {
  if (!shared.breakers || place.index == throttle::kPlatform) return;
  const SteadyTime now = shared.time.clock().steady();
  const Act act = shared.breakers->answered(place.index, plan::health_of(verdict), now);
  if (act == Act::none) return;
  Nanoseconds pause{0};
  if (act == Act::hold) {
    const SteadyTime until = shared.breakers->until(place.index);
    pause = until - now;
    shared.gate.hold(place.index, until);
  } else if (act == Act::release) {
    shared.gate.release(place.index);
  } else {
    place.closed = true;
    shared.gate.close(place.index);
  }
  shared.events.breaker(account, act, pause);
}

}  // namespace payferry::pipeline
