#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <thread>

#include "cli/job_state.hpp"
#include "cli/live_status.hpp"
#include "pipeline/fleet_lines.hpp"
#include "pipeline/learnt_limits.hpp"
#include "report/summary.hpp"
#include "telemetry/fleet.hpp"

namespace payferry::cli {
namespace {

constexpr std::size_t kShownChanges = 10;

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

void print_steering(const JobState& state) {
  if (!state.last_run || !state.reader) return;
  for (const ledger::SteeringRecord& each : state.reader->steering(state.last_run->id, kShownChanges))
    fmt::print("steered    {}\n",
               words_of_change(each.at_ms, each.who, each.what, each.account, each.before, each.after));
}

std::vector<telemetry::FleetLine> workers_of(const JobState& state) {
  if (!state.reader) return {};
  return pipeline::fleet_lines(state.reader->fleet(), 0);
}

struct Asked {
  Common common;
  bool json = false;
  double watch = 0;  // seconds between two looks; 0: one look
};

int show_ledger(const settings::Settings& settings, const Asked& asked, const std::string& live) {
  const Result<JobState> state = read_job_state(settings);
  if (!state) return fail(state.error());
  if (asked.json) {
    const std::string summary = report::summary_json(settings.job, state->outcome, state->reason,
                                                     state->tally, state->last_run, learnt_of(*state));
    const std::vector<telemetry::FleetLine> workers = workers_of(*state);
    const std::string told = workers.empty() ? "" : telemetry::fleet_json(workers);
    fmt::print("{}", with_member(with_member(summary, "workers", told), "live", live));
  } else {
    print(settings, *state);
    for (const telemetry::FleetLine& line : workers_of(*state))
      fmt::print("{}", words_of_worker({line.name, line.share, line.lanes, line.ended_per_second, line.live,
                                        line.reads, line.idle}));
    print_steering(*state);
  }
  return exit_code(Outcome::complete);
}

// One look; `going_on`: a run answered.
int look(const settings::Settings& settings, const Asked& asked, bool& going_on) {
  const Result<std::optional<std::string>> live = live_of(settings);
  if (!live) std::fprintf(stderr, "payferry: the run is not asked: %s\n", live.error().message.c_str());
  going_on = live && *live;
  if (!going_on) return show_ledger(settings, asked, "");
  if (asked.json) return show_ledger(settings, asked, **live);
  const bool line = asked.watch > 0 && ::isatty(STDOUT_FILENO) == 0;
  fmt::print("{}", line ? live_line(**live) : live_page(**live, settings.ledger.string()));
  return exit_code(Outcome::complete);
}

int watch(const settings::Settings& settings, const Asked& asked) {
  const bool redraws = ::isatty(STDOUT_FILENO) == 1 && !asked.json;
  for (;;) {
    if (redraws) fmt::print("\x1b[H\x1b[J");
    bool going_on = false;
    const int code = look(settings, asked, going_on);
    if (std::fflush(stdout) != 0 || !going_on || code != exit_code(Outcome::complete)) return code;
    std::this_thread::sleep_for(std::chrono::duration<double>(asked.watch));
  }
}

}  // namespace

void add_status(CLI::App& app, Action& chosen) {
  auto asked = std::make_shared<Asked>();
  CLI::App* command = app.add_subcommand("status", "Where the job stands, also while a run is going on");
  add_common(*command, asked->common);
  command->add_flag("--json", asked->json,
                    "One JSON object in the shape of `run --summary`; of a run that is going on with `live`");
  command
      ->add_option("--watch", asked->watch,
                   "Look again every so many seconds (2), until the run ends: redrawn on a terminal, else a "
                   "line each time")
      ->expected(0, 1)
      ->default_str("2")
      ->check(CLI::Range(0.1, 86400.0))
      ->type_name("SECONDS");
  command->footer(
      "Asks the run that is going on, through the socket beside its ledger; where there is none, or it is "
      "another "
      "user's, reads\nthe ledger. No key, no network. Exits 0 whatever the job's state.");
  command->callback([=, &chosen] {
    chosen = [=] {
      const std::optional<settings::Settings> settings = load_settings(asked->common, false);
      if (!settings) return exit_code(Outcome::usage);
      bool going_on = false;
      return asked->watch > 0 ? watch(*settings, *asked) : look(*settings, *asked, going_on);
    };
  });
}

}  // namespace payferry::cli
