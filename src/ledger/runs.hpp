#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace payferry::ledger {

// Inserts (id 0) or overwrites the record of a run; answers its id.
std::int64_t note_run(Database& database, const RunRecord& record);
void note_steering(Database& database, const std::vector<SteeringRecord>& records);
// What was steered in a run, the first first; at most the newest `most`.
std::vector<SteeringRecord> steering_of(Database& database, std::int64_t run, std::size_t most);
// The job's present input; 0: it never began to read.
std::int64_t present_input(Database& database, const std::string& job);
// The job's newest run.
std::optional<RunRecord> last_run(Database& database, const std::string& job);
// From id, input, started_ms, ended_ms, pid, exit_code, outcome, reason, summary.
RunRecord run_from(const Statement& row, const std::string& job);

}  // namespace payferry::ledger
