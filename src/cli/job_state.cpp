#include "cli/job_state.hpp"

#include <signal.h>

#include <algorithm>
#include <cerrno>

#include "pipeline/run.hpp"

namespace payferry::cli {
namespace {

bool is_alive(std::int64_t pid) {
  return pid > 0 && (::kill(static_cast<pid_t>(pid), 0) == 0 || errno == EPERM);
}

void judge(JobState& state) {
  const pipeline::Ending ending = pipeline::decide(state.tally, pipeline::Stop(), false);
  state.outcome = ending.outcome;
  state.reason = ending.reason;
  if (ending.outcome != Outcome::unfinished || !state.last_run) return;
  const ledger::RunRecord& run = *state.last_run;
  const auto workers = state.reader->fleet();
  const auto moves = [&](const ledger::FleetWorker& each) { return each.live && each.job == run.job; };
  const auto live = std::count_if(workers.begin(), workers.end(), moves);
  state.running = live > 0 || (run.ended_ms == 0 && is_alive(run.pid));
  if (live > 0) {
    state.reason = "a run is going on (workers: " + std::to_string(live) + ")";
  } else if (state.running) {
    state.reason = "a run is going on (process " + std::to_string(run.pid) + ")";
  } else if (run.ended_ms == 0) {
    state.reason = "the last run was cut off; run again to go on";
  } else if (run.exit_code == static_cast<int>(Outcome::refused)) {
    state.outcome = Outcome::refused;
    state.reason = run.reason;
  } else if (!run.reason.empty()) {
    state.reason = run.reason;
  }
}

}  // namespace

Result<JobState> read_job_state(const settings::Settings& settings, bool hold) {
  JobState state;
  state.reason = "the job has not run yet";
  const Result<bool> there = ledger::is_there(settings.ledger);
  if (!there) return there.error();
  if (!*there) return state;
  Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(settings.ledger);
  if (!reader) return reader.error();
  state.reader = std::move(*reader);
  if (hold) state.reader->hold();
  state.input = state.reader->present_input(settings.job);
  if (state.input == 0) return state;
  state.tally = state.reader->tally(state.input);
  state.mode = state.reader->owner().mode;
  state.learnt = state.reader->learnt();
  state.last_run = state.reader->last_run(settings.job);
  judge(state);
  return state;
}

}  // namespace payferry::cli
