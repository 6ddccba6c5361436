#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/words.hpp"
#include "ledger/ledger.hpp"
#include "ledger/tally.hpp"

namespace payferry::report {

// What was learnt of one of Stripe's limits, next to what Stripe documents; requests per second.
struct LearntLine {
  std::string account;  // empty: the platform's
  std::string limit;
  double refused_at = 0;
  std::string met;
  double documented = 0;
};

// The shape of DESIGN 3.5 for a job that may be running, have ended or never started: the job's part counted
// now, the part of the last run as that run noted it last. Where limits were learnt, they follow under
// `learnt_limits`.
std::string summary_json(const std::string& job, Outcome outcome, const std::string& reason,
                         const ledger::Tally& tally, const std::optional<ledger::RunRecord>& last_run,
                         const std::vector<LearntLine>& learnt = {});

}  // namespace payferry::report
