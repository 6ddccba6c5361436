#pragma once

#include <string>

#include "async/scaled_time.hpp"
#include "cli/common.hpp"
#include "core/ids.hpp"
#include "pipeline/run.hpp"

namespace payferry::cli {

// What `payferry run`, or `payferry rollback`, was asked for.
struct RunRequest {
  Common common;
  pipeline::RunOptions options;
  std::string summary_file;
  std::string progress = "auto";
  bool live = false;
  std::shared_ptr<const async::ScaledClock> clock;  // of a rehearsal; null: the machine's
};

struct SessionResult {
  Outcome outcome = Outcome::internal;
  std::string reason;   // for the user; empty where there is nothing to explain
  std::string summary;  // JSON of DESIGN 3.5
};

// How the client is to be made for these settings.
stripe::Options client_options(const settings::Settings& settings);

// Puts the rooms together for one run, and runs it.
SessionResult run_session(const settings::Settings& settings, const RunRequest& request);
// The same for what request.options.roll_back says; nothing is read but the ledger.
SessionResult roll_back_session(const settings::Settings& settings, const RunRequest& request,
                                ledger::RunLock lock);

// mapping.csv, rejects.csv, and whatever else `payferry report` leaves, into the folder.
Result<void> write_report(const settings::Settings& settings, const std::filesystem::path& folder);

// --summary and --progress, on a command.
void add_output(CLI::App& command, RunRequest& request);
// Writes the summary, says why it ended where there is something to say, and answers the exit code.
int end_session(const RunRequest& request, const SessionResult& result);

}  // namespace payferry::cli
