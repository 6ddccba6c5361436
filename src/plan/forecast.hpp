#pragma once

#include <optional>
#include <string>
#include <vector>

#include "plan/foresee.hpp"
#include "settings/settings.hpp"

// How long calls take at given limits, and which limit it is that they wait for.
namespace payferry::plan {

// What a run will ask of Stripe.
struct Load {
  Calls calls{};                   // all of them
  std::vector<Calls> by_account;   // of them, those that name a connected account
  std::uint64_t longest_lane = 0;  // calls of one customer, which go one after another
};

enum class Bottleneck {
  nothing,    // there is nothing to do
  endpoint,   // limits.endpoint, at `endpoint`
  global,     // limits.global
  in_flight,  // limits.in_flight, at the assumed time of an answer
  lane,       // one customer with so many methods that its calls, one after another, last longest
};
std::string_view to_string(Bottleneck) noexcept;

struct Finish {
  double seconds = 0;
  Bottleneck bottleneck = Bottleneck::nothing;
  Endpoint endpoint = Endpoint::clone;
  double per_second = 0;  // calls
};

// How long Stripe takes for one answer, as long as nobody has measured it.
inline constexpr double kAssumedLatency = 0.3;

// From the first write to the last answer, where nothing is refused. Pacing is steady, so the busiest ration
// decides.
Finish finish_at(const Load& load, const settings::LimitSettings& limits, double latency = kAssumedLatency);

// What Stripe documents per account: 100 requests a second live and 25 in a sandbox, 25 to each endpoint.
double documented_global(Mode mode);
inline constexpr double kDocumentedEndpoint = 25;

struct WhatIf {
  std::string what;  // for people
  settings::LimitSettings limits;
  Finish finish;
};
// The configured limits first, then Stripe's documented ones, then what could be asked of Stripe.
std::vector<WhatIf> what_if(const Load& load, const settings::LimitSettings& limits, Mode mode,
                            double latency = kAssumedLatency);

// What would shorten the run: a limit of one's own that is below Stripe's, or one worth asking Stripe to
// raise.
struct Advice {
  enum class Kind {
    none,          // it is short, or no limit decides it
    raise_own,     // limits.X is below what Stripe documents
    ask_to_raise,  // Stripe's own limit decides
    raise_in_flight
  };
  Kind kind = Kind::none;
  std::string limit;  // endpoint (with the endpoint's name), global, in_flight
  double now = 0;
  double then = 0;
  double seconds_then = 0;
};
Advice advise(const Load& load, const settings::LimitSettings& limits, Mode mode,
              double latency = kAssumedLatency);

}  // namespace payferry::plan
