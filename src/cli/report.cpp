#include "cli/job_state.hpp"
#include "cli/session.hpp"
#include "core/clock.hpp"
#include "plan/preflight.hpp"
#include "report/atomic_file.hpp"
#include "report/mapping.hpp"
#include "report/page.hpp"
#include "report/summary.hpp"

namespace payferry::cli {
namespace {

report::PageFacts facts_of(const settings::Settings& settings, JobState& state) {
  report::PageFacts facts;
  facts.job = settings.job;
  facts.ledger_file = settings.ledger.string();
  const ledger::Owner owner = state.reader->owner();
  facts.platform = owner.platform;
  facts.mode = owner.mode;
  facts.outcome = state.outcome;
  facts.reason = state.reason;
  facts.running = state.running;
  facts.now_ms = SystemClock().wall_ms();
  facts.tally = state.tally;
  facts.authorised = !plan::missing_authorisation(settings.target.ach_authorised).has_value();
  report::count_facts(*state.reader, state.input, facts);
  return facts;
}

void warn_of_authorisation(const report::PageFacts& facts) {
  if (facts.bank_accounts == 0 || facts.authorised) return;
  std::fprintf(stderr, "payferry: warning: %llu clones: %s\n",
               static_cast<unsigned long long>(facts.bank_accounts),
               plan::missing_authorisation("")->message.c_str());
}

}  // namespace

Result<void> write_report(const settings::Settings& settings, const std::filesystem::path& folder) {
  Result<JobState> state = read_job_state(settings, true);
  if (!state) return state.error();
  if (state->input == 0)
    return make_error(Errc::usage, "job " + settings.job + " has not run yet: there is nothing to report");
  std::error_code failed;
  std::filesystem::create_directories(folder, failed);
  if (failed) return make_error(Errc::io, folder.string() + ": cannot be made: " + failed.message());

  const Result<std::uint64_t> mapped =
      report::write_mapping(*state->reader, state->input, folder / "mapping.csv");
  if (!mapped) return mapped.error();
  const Result<std::uint64_t> rejected =
      report::write_rejects(*state->reader, state->input, folder / "rejects.csv");
  if (!rejected) return rejected.error();
  const std::string summary =
      report::summary_json(settings.job, state->outcome, state->reason, state->tally, state->last_run);
  const Result<void> written = report::write_atomically(folder / "summary.json", summary, 0644);
  if (!written) return written.error();
  const report::PageFacts facts = facts_of(settings, *state);
  const Result<void> page = report::write_atomically(folder / "report.html", report::page(facts), 0644);
  if (!page) return page.error();
  std::printf("%s: %llu clones\n%s: %llu lines to look at\n%s\n%s\n", (folder / "mapping.csv").c_str(),
              static_cast<unsigned long long>(*mapped), (folder / "rejects.csv").c_str(),
              static_cast<unsigned long long>(*rejected), (folder / "summary.json").c_str(),
              (folder / "report.html").c_str());
  warn_of_authorisation(facts);
  return {};
}

void add_report(CLI::App& app, Action& chosen) {
  auto common = std::make_shared<Common>();
  auto folder = std::make_shared<std::string>();
  CLI::App* command = app.add_subcommand(
      "report", "Write mapping, rejects, summary and a page to read, also while a run goes on");
  add_common(*command, *common);
  command->add_option("--out", *folder, "The folder to write to; made where there is none [JOB-report]")
      ->type_name("DIR");
  command->footer(
      "mapping.csv   old and new ids of everything that was moved, under the column names of Stripe's own "
      "mappings\n"
      "rejects.csv   the lines that were not, with the reason: mend them and feed the file back as input\n"
      "summary.json  the counts, in the shape of `run --summary`\n"
      "report.html   all of it for people: one page that needs no network, with plots, and what to do about "
      "each "
      "code");
  command->callback([=, &chosen] {
    chosen = [=] {
      const std::optional<settings::Settings> settings = load_settings(*common, false);
      if (!settings) return exit_code(Outcome::usage);
      const std::string target = folder->empty() ? settings->job + "-report" : *folder;
      const Result<void> written = write_report(*settings, target);
      return written ? exit_code(Outcome::complete) : fail(written.error());
    };
  });
}

}  // namespace payferry::cli
