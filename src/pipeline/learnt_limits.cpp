#include "pipeline/learnt_limits.hpp"

#include <algorithm>

#include "core/endpoints.hpp"

namespace payferry::pipeline {
namespace {

std::int64_t to_ms(Nanoseconds span) {
  return std::chrono::duration_cast<std::chrono::milliseconds>(span).count();
}

}  // namespace

double documented_limit(std::string_view what, Mode mode) {
  return what == kGlobalLimit && mode == Mode::live ? 100 : 25;
}

void LearntLimits::restore(Gate& gate, const std::vector<ledger::LearntLimit>& limits, Stamp now,
                           SteadyTime steady) {
  for (const ledger::LearntLimit& limit : limits) {
    const Nanoseconds age = std::chrono::milliseconds(std::max<std::int64_t>(0, now.wall_ms - limit.met_ms));
    const std::optional<Endpoint> endpoint = endpoint_from(limit.what);
    if (limit.what == kScopeFound) {
      if (age < throttle::LearntRate::kForgotten && limit.refused_at > 0) gate.restore_by_account();
    } else if (endpoint || limit.what == kGlobalLimit) {
      gate.restore(limit.account, endpoint, limit.refused_at, age, steady);
    }
  }
}

std::vector<ledger::LearntLimit> LearntLimits::news(const Gate& gate, Stamp now, SteadyTime steady) {
  std::vector<ledger::LearntLimit> fresh;
  for (const throttle::Learnt& learnt : gate.throttle().learnt(steady)) {
    ledger::LearntLimit limit;
    limit.account = gate.name_of(learnt.account);
    limit.what = learnt.endpoint ? to_string(*learnt.endpoint) : kGlobalLimit;
    limit.refused_at = learnt.refused_at;
    limit.met_ms = now.wall_ms - to_ms(steady - learnt.met_at);
    SteadyTime& noted = noted_[{limit.account, limit.what}];
    if (learnt.met_at > noted) fresh.push_back(limit);
    noted = std::max(noted, learnt.met_at);
  }
  const bool by_account = gate.throttle().found_by_account();
  if (by_account != by_account_)
    fresh.push_back({"", std::string(kScopeFound), by_account ? 1.0 : 0.0, now.wall_ms});
  by_account_ = by_account;
  return fresh;
}

}  // namespace payferry::pipeline
