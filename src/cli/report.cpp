#include "cli/job_state.hpp"
#include "cli/session.hpp"
#include "plan/preflight.hpp"
#include "report/atomic_file.hpp"
#include "report/mapping.hpp"
#include "report/summary.hpp"

namespace payferry::cli {
namespace {

void warn_of_authorisation(const settings::Settings& settings, ledger::Reader& reader, std::int64_t input) {
  const std::optional<plan::Remark> missing = plan::missing_authorisation(settings.target.ach_authorised);
  if (!missing) return;
  std::uint64_t bank_accounts = 0;
  reader.for_each_mapping(input, [&bank_accounts](const ledger::MappingRow& row) {
    if (row.details.type == "us_bank_account") ++bank_accounts;
  });
  if (bank_accounts > 0)
    std::fprintf(stderr, "payferry: warning: %llu clones: %s\n",
                 static_cast<unsigned long long>(bank_accounts), missing->message.c_str());
}

}  // namespace

Result<void> write_report(const settings::Settings& settings, const std::filesystem::path& folder) {
  Result<JobState> state = read_job_state(settings);
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
  std::printf("%s: %llu clones\n%s: %llu lines to look at\n%s\n", (folder / "mapping.csv").c_str(),
              static_cast<unsigned long long>(*mapped), (folder / "rejects.csv").c_str(),
              static_cast<unsigned long long>(*rejected), (folder / "summary.json").c_str());
  warn_of_authorisation(settings, *state->reader, state->input);
  return {};
}

void add_report(CLI::App& app, Action& chosen) {
  auto common = std::make_shared<Common>();
  auto folder = std::make_shared<std::string>();
  CLI::App* command =
      app.add_subcommand("report", "Write mapping, rejects and summary, also while a run goes on");
  add_common(*command, *common);
  command->add_option("--out", *folder, "The folder to write to; made where there is none [JOB-report]")
      ->type_name("DIR");
  command->footer(
      "mapping.csv   old and new ids of everything that was moved, under the column names of Stripe's own "
      "mappings\n"
      "rejects.csv   the lines that were not, with the reason: mend them and feed the file back as input\n"
      "summary.json  the counts, in the shape of `run --summary`");
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
