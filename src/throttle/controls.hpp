#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>

#include "core/turns.hpp"
#include "core/words.hpp"
#include "settings/settings.hpp"

namespace payferry::throttle {

// Accounts as dense numbers from 0: whoever fills the throttle numbers them.
using AccountIndex = std::uint32_t;
// A call without Stripe-Account: the platform's own.
inline constexpr AccountIndex kPlatform = 0xffffffff;

// As many in flight as the rates need.
inline constexpr int kAutomatic = 0;

// What holds for one account besides what holds for all. Rates and in_flight: a ration of its own, whatever
// the scope; where there is none, it has what every account has.
struct AccountControls {
  std::optional<double> global;    // requests per second
  std::optional<double> endpoint;  // requests per second to each endpoint
  std::optional<int> in_flight;
  double weight = 1;  // of its turns among the others of its priority
  int priority = 0;   // before those of a lower one

  bool operator==(const AccountControls&) const = default;
};

// Everything that may be steered while a run goes on, in one value. Every grant obeys the present one.
//
// Nobody writes this value but Steering (steering.hpp), which merges what several writers want: what the job
// file says, over it the timetable, over it whoever steers by hand. A writer gives Changes, which name
// accounts by their ids, to Gate::steer(Writer, Changes); they replace what the same writer wanted before.
struct Controls {
  double global = 20;    // requests per second
  double endpoint = 20;  // requests per second to each endpoint
  std::map<Endpoint, double> endpoint_overrides;
  settings::LimitScope scope = settings::LimitScope::platform;
  int in_flight = kAutomatic;  // of this process, whatever the scope
  bool paused = false;
  // This worker's part of every rate and of in_flight, not empty; what is learnt is learnt of the whole.
  Turns turns;
  std::set<AccountIndex> skipped;
  std::unordered_map<AccountIndex, AccountControls> accounts;

  bool operator==(const Controls&) const = default;

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
  controls.endpoint_overrides = limits.endpoints;
  controls.scope = limits.scope;
  controls.in_flight = limits.in_flight;
  return controls;
}

}  // namespace payferry::throttle
