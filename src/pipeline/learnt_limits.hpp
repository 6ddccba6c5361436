#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "ledger/ledger.hpp"
#include "pipeline/gate.hpp"

namespace payferry::pipeline {

// How the ledger calls the limit over all endpoints, and the finding that limits count by account.
inline constexpr std::string_view kGlobalLimit = "global";
inline constexpr std::string_view kScopeFound = "scope";

// What Stripe documents for a limit, in requests per second.
double documented_limit(std::string_view what, Mode mode);

// Carries what the throttle has learnt of Stripe's limits to the ledger and back.
class LearntLimits {
 public:
  // Hands the gate what earlier runs have learnt.
  static void restore(Gate& gate, const std::vector<ledger::LearntLimit>& limits, Stamp now,
                      SteadyTime steady);
  // What is new since the last time it was asked.
  std::vector<ledger::LearntLimit> news(const Gate& gate, Stamp now, SteadyTime steady);

 private:
  std::map<std::pair<std::string, std::string>, SteadyTime> noted_;
  bool by_account_ = false;
};

}  // namespace payferry::pipeline
