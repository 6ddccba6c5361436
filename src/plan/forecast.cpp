#include "plan/forecast.hpp"

#include <algorithm>

namespace payferry::plan {

using settings::LimitScope;
using settings::LimitSettings;

namespace {

// Below this nobody has to ask for anything.
constexpr double kShort = 600;

void consider(Finish& slowest, double seconds, Bottleneck why, Endpoint endpoint = Endpoint::clone) {
  if (seconds <= slowest.seconds) return;
  slowest.seconds = seconds;
  slowest.bottleneck = why;
  slowest.endpoint = endpoint;
}

// The first call of a ration goes at once.
double paced(std::uint64_t calls, double per_second) {
  return calls < 2 || per_second <= 0 ? 0 : static_cast<double>(calls - 1) / per_second;
}

void consider_tier(Finish& slowest, const Calls& calls, const LimitSettings& limits) {
  for (std::size_t at = 0; at < calls.size(); ++at) {
    const Endpoint endpoint = static_cast<Endpoint>(at);
    const auto own = limits.endpoints.find(endpoint);
    const double rate = own == limits.endpoints.end() ? limits.endpoint : own->second;
    consider(slowest, paced(calls[at], rate), Bottleneck::endpoint, endpoint);
  }
  consider(slowest, paced(sum_of(calls), limits.global), Bottleneck::global);
}

LimitSettings with(LimitSettings limits, double global, double endpoint) {
  limits.global = global;
  limits.endpoint = endpoint;
  limits.endpoints.clear();
  return limits;
}

}  // namespace

std::string_view to_string(Bottleneck bottleneck) noexcept {
  switch (bottleneck) {
    case Bottleneck::endpoint:
      return "endpoint";
    case Bottleneck::global:
      return "global";
    case Bottleneck::in_flight:
      return "in_flight";
    case Bottleneck::lane:
      return "lane";
    case Bottleneck::nothing:
      break;
  }
  return "nothing";
}

Finish finish_at(const Load& load, const LimitSettings& limits, double latency) {
  Finish slowest;
  const std::uint64_t calls = sum_of(load.calls);
  if (calls == 0) return slowest;
  // What is still to be learnt begins as the platform's.
  if (limits.scope != LimitScope::account) {
    consider_tier(slowest, load.calls, limits);
  } else {
    Calls platform = load.calls;
    for (const Calls& account : load.by_account) {
      consider_tier(slowest, account, limits);
      for (std::size_t at = 0; at < platform.size(); ++at) platform[at] -= account[at];
    }
    consider_tier(slowest, platform, limits);
  }
  // By default as many are in flight as the rates need.
  if (limits.in_flight > 0)
    consider(slowest, static_cast<double>(calls) * latency / limits.in_flight, Bottleneck::in_flight);
  consider(slowest, static_cast<double>(load.longest_lane) * latency, Bottleneck::lane);
  slowest.seconds += latency;
  slowest.per_second = static_cast<double>(calls) / slowest.seconds;
  return slowest;
}

double documented_global(Mode mode) {
  return mode == Mode::live ? 100 : 25;
}

std::vector<WhatIf> what_if(const Load& load, const LimitSettings& limits, Mode mode, double latency) {
  const double global = documented_global(mode);
  const double endpoint = kDocumentedEndpoint;
  std::vector<WhatIf> rows{{"as configured", limits, {}},
                           {"Stripe's documented limits", with(limits, global, endpoint), {}},
                           {"endpoint limit doubled", with(limits, global, 2 * endpoint), {}},
                           {"global limit doubled", with(limits, 2 * global, endpoint), {}},
                           {"both doubled", with(limits, 2 * global, 2 * endpoint), {}},
                           {"both four times", with(limits, 4 * global, 4 * endpoint), {}}};
  for (WhatIf& row : rows) row.finish = finish_at(load, row.limits, latency);
  return rows;
}

namespace {

Advice ask_stripe(const Load& load, const LimitSettings& limits, Mode mode, double latency) {
  const double global = documented_global(mode);
  const Finish at_stripes = finish_at(load, with(limits, global, kDocumentedEndpoint), latency);
  Advice advice;
  advice.kind = Advice::Kind::ask_to_raise;
  if (at_stripes.bottleneck == Bottleneck::endpoint) {
    advice.limit = to_string(at_stripes.endpoint);
    advice.now = kDocumentedEndpoint;
    advice.then = 2 * kDocumentedEndpoint;
    advice.seconds_then = finish_at(load, with(limits, global, advice.then), latency).seconds;
  } else if (at_stripes.bottleneck == Bottleneck::global) {
    advice.limit = "global";
    advice.now = global;
    advice.then = 2 * global;
    advice.seconds_then = finish_at(load, with(limits, advice.then, kDocumentedEndpoint), latency).seconds;
  } else {
    advice.kind = Advice::Kind::none;
  }
  return advice;
}

}  // namespace

Advice advise(const Load& load, const LimitSettings& limits, Mode mode, double latency) {
  const Finish present = finish_at(load, limits, latency);
  Advice advice;
  if (present.seconds < kShort) return advice;
  if (present.bottleneck == Bottleneck::in_flight) {
    LimitSettings more = limits;
    more.in_flight *= 2;
    return {Advice::Kind::raise_in_flight, "in_flight", static_cast<double>(limits.in_flight),
            static_cast<double>(more.in_flight), finish_at(load, more, latency).seconds};
  }
  const double global = documented_global(mode);
  advice.kind = Advice::Kind::raise_own;
  if (present.bottleneck == Bottleneck::endpoint && limits.endpoint < kDocumentedEndpoint) {
    advice.limit = "endpoint";
    advice.now = limits.endpoint;
    advice.then = kDocumentedEndpoint;
    advice.seconds_then = finish_at(load, with(limits, limits.global, advice.then), latency).seconds;
    return advice;
  }
  if (present.bottleneck == Bottleneck::global && limits.global < global) {
    advice.limit = "global";
    advice.now = limits.global;
    advice.then = global;
    advice.seconds_then = finish_at(load, with(limits, advice.then, limits.endpoint), latency).seconds;
    return advice;
  }
  return ask_stripe(load, limits, mode, latency);
}

}  // namespace payferry::plan
