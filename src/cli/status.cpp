#include <fmt/format.h>

#include "cli/job_state.hpp"
#include "pipeline/learnt_limits.hpp"
#include "report/summary.hpp"

namespace payferry::cli {
namespace {

std::string counts(const std::map<std::string, std::uint64_t>& by_word) {
  std::string text;
  for (const auto& [word, count] : by_word)
    text += fmt::format("{}{} {}", text.empty() ? " (" : ", ", count, word);
  return text.empty() ? text : text + ")";
}

std::vector<report::LearntLine> learnt_of(const JobState& state) {
  std::vector<report::LearntLine> lines;
  for (const ledger::LearntLimit& limit : state.learnt) {
    const bool is_scope = limit.what == pipeline::kScopeFound;
    lines.push_back({limit.account, limit.what, limit.refused_at, to_iso8601(limit.met_ms),
                     is_scope ? 0 : pipeline::documented_limit(limit.what, state.mode)});
  }
  return lines;
}

void print(const ledger::LearntLimit& limit, Mode mode) {
  if (limit.what == pipeline::kScopeFound)
    return fmt::print("limits     were found to count {}\n",
                      limit.refused_at > 0 ? "by account" : "together");
  fmt::print("limit      {}{}{}: {:.1f}/s met {} (Stripe documents {:.0f}/s)\n", limit.account,
             limit.account.empty() ? "" : " ", limit.what, limit.refused_at, to_iso8601(limit.met_ms),
             pipeline::documented_limit(limit.what, mode));
}

void print(const settings::Settings& settings, const JobState& state) {
  const ledger::Tally& tally = state.tally;
  fmt::print("job        {}: {}{}{}\n", settings.job, to_string(state.outcome),
             state.reason.empty() ? "" : ", ", state.reason);
  fmt::print("ledger     {}\n", settings.ledger.string());
  if (state.input == 0) return;
  fmt::print("input      {} lines, {}\n", tally.lines,
             tally.complete ? "read to its end" : "not read to its end yet");
  fmt::print("entries    {}\n", tally.read);
  for (const State shown :
       {State::succeeded, State::skipped, State::failed, State::blocked, State::pending}) {
    std::string detail;
    if (shown == State::failed) detail = counts(tally.failures);
    if (shown == State::skipped && tally.rolled_back > 0)
      detail = fmt::format(" ({} rolled back)", tally.rolled_back);
    if (shown == State::pending) detail = counts(tally.pending_reasons);
    fmt::print("  {:<10}{}{}\n", to_string(shown), tally.count(shown), detail);
  }
  fmt::print("  {:<10}{}{}\n", "rejected", tally.rejected, counts(tally.rejections));
  fmt::print("  {:<10}{}\n", "duplicate", tally.duplicate);
  if (tally.amended > 0)
    fmt::print("amended    {} lines say something else than when they failed, and are tried again\n",
               tally.amended);
  if (tally.differing > 0)
    fmt::print("differing  {} lines say something else than what was done: the old stands\n",
               tally.differing);
  fmt::print("customers  {} created, {} reused\n", tally.customers_created, tally.customers_reused);
  if (tally.possible_orphans > 0)
    fmt::print("orphans    {} clones may exist unattached, and so unusable\n", tally.possible_orphans);
  if (tally.taking_back > 0)
    fmt::print("rollback   was cut off, {} may be detached; `payferry rollback` goes on\n",
               tally.taking_back);
  for (const ledger::LearntLimit& limit : state.learnt) print(limit, state.mode);
  if (!state.last_run) return;
  const ledger::RunRecord& run = *state.last_run;
  fmt::print("last run   started {}, {}\n", to_iso8601(run.started_ms),
             run.ended_ms != 0 ? "ended " + to_iso8601(run.ended_ms) + " with " + run.outcome
             : state.running   ? "going on"
                               : std::string("cut off"));
}

}  // namespace

void add_status(CLI::App& app, Action& chosen) {
  auto common = std::make_shared<Common>();
  auto json = std::make_shared<bool>(false);
  CLI::App* command = app.add_subcommand("status", "Where the job stands, also while a run is going on");
  add_common(*command, *common);
  command->add_flag("--json", *json, "One JSON object in the shape of `run --summary`");
  command->footer("Reads the ledger only: no key, no network. Exits 0 whatever the job's state.");
  command->callback([=, &chosen] {
    chosen = [=] {
      const std::optional<settings::Settings> settings = load_settings(*common, false);
      if (!settings) return exit_code(Outcome::usage);
      const Result<JobState> state = read_job_state(*settings);
      if (!state) return fail(state.error());
      if (*json)
        fmt::print("{}", report::summary_json(settings->job, state->outcome, state->reason, state->tally,
                                              state->last_run, learnt_of(*state)));
      else
        print(*settings, *state);
      return exit_code(Outcome::complete);
    };
  });
}

}  // namespace payferry::cli
