#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/common.hpp"
#include "ledger/reader.hpp"

namespace payferry::cli {

// Where a job stands, from its ledger.
struct JobState {
  std::unique_ptr<ledger::Reader> reader;  // null: there is no ledger yet
  std::int64_t input = 0;                  // 0: never began
  ledger::Tally tally;
  std::optional<ledger::RunRecord> last_run;
  Mode mode = Mode::test;                   // the ledger's
  std::vector<ledger::LearntLimit> learnt;  // of Stripe's limits
  bool running = false;
  Outcome outcome = Outcome::unfinished;  // how a run would end now
  std::string reason;
};

// Errors: ledger. A job that never ran is no error. `hold`: what is read afterwards is as of the same moment.
Result<JobState> read_job_state(const settings::Settings& settings, bool hold = false);

}  // namespace payferry::cli
