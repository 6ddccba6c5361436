#pragma once

#include <cstdint>
#include <map>
#include <set>

#include "core/words.hpp"
#include "settings/settings.hpp"

namespace payferry::throttle {

// Accounts as dense numbers from 0: whoever fills the throttle numbers them.
using AccountIndex = std::uint32_t;
// A call without Stripe-Account: the platform's own.
inline constexpr AccountIndex kPlatform = 0xffffffff;

// Everything that may be steered while a run goes on, in one value. Every grant obeys the present one.
struct Controls {
  double global = 20;    // requests per second
  double endpoint = 20;  // requests per second to each endpoint
  std::map<Endpoint, double> endpoint_overrides;
  settings::LimitScope scope = settings::LimitScope::platform;
  int in_flight = 64;  // of this process, whatever the scope
  bool paused = false;
  std::set<AccountIndex> skipped;

  double rate_of(Endpoint which) const {
    if (endpoint_overrides.empty()) return endpoint;
    const auto found = endpoint_overrides.find(which);
    return found == endpoint_overrides.end() ? endpoint : found->second;
  }
};

inline Controls controls_from(const settings::LimitSettings& limits) {
  Controls controls;
  controls.global = limits.global;
  controls.endpoint = limits.endpoint;
  controls.scope = limits.scope;
  controls.in_flight = limits.in_flight;
  return controls;
}

}  // namespace payferry::throttle
