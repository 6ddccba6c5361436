#pragma once

#include <optional>
#include <string>

#include "core/words.hpp"
#include "ledger/ledger.hpp"
#include "ledger/tally.hpp"

namespace payferry::report {

// The shape of DESIGN 3.5 for a job that may be running, have ended or never started: the job's part counted
// now, the part of the last run as that run noted it last.
std::string summary_json(const std::string& job, Outcome outcome, const std::string& reason,
                         const ledger::Tally& tally, const std::optional<ledger::RunRecord>& last_run);

}  // namespace payferry::report
