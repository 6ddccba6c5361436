#include <algorithm>

#include "cli/common.hpp"
#include "cli/session.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kAbout = "Move everything that is not moved yet; the same command resumes";
constexpr const char* kHelp =
    "Reads the job's input, clones each payment method to its account, attaches it to the customer there, "
    "and keeps in\n"
    "the ledger what was done. Stopped or killed at any moment, the same command goes on where it was. "
    "SIGINT or SIGTERM\n"
    "lets what is in flight be answered and exits 4; a second one only hurries.\n"
    "\n"
    "Examples:\n"
    "  payferry run JOB.yaml --limit 10                 a canary: ten items and no more\n"
    "  payferry run JOB.yaml --summary summary.json     for scripts: counts, outcome, exit code\n"
    "  payferry run JOB.yaml --live                     needed with a live key\n";

// CLI11 reads -1 as the largest number there is, and nothing as 0: the opposite of a canary.
std::string whole_number(const std::string& text) {
  const bool whole = !text.empty() && text.size() < 19 &&
                     std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
  return whole ? "" : "write a whole number, 0 or more";
}

void add_selection(CLI::App& command, RunRequest& request) {
  command
      .add_option("--account", request.options.selection.accounts, "Only items of these connected accounts")
      ->delimiter(',')
      ->type_name("A,B");
  command
      .add_option("--type", request.options.selection.types, "Only items of these types; needs a type column")
      ->delimiter(',')
      ->type_name("TYPE");
  command
      .add_option("--limit", request.options.limit,
                  "A canary: at most N items get their first call in this run")
      ->check(whole_number)
      ->type_name("N");
  command.add_flag("--live", request.live, "Allow a live key: real customers' payment methods are cloned");
  command.add_flag("--new-ledger", request.options.new_ledger,
                   "The ledger that served these accounts is lost: go on with a new one, and take over the "
                   "customers\nthere that bear Payferry's mark");
  command.add_flag("--fail-fast", request.options.fail_fast, "Stop at the first item that fails");
}

// On a server the ledger may be shared; whoever takes only a part of it, or takes over another's customers,
// is alone.
bool may_share(const settings::Settings& settings, const pipeline::RunOptions& options) {
  const bool all = options.selection.accounts.empty() && options.selection.types.empty() && !options.limit;
  return !settings.ledger.is_file() && all && !options.new_ledger;
}

int run(RunRequest request) {
  const pipeline::Selection& selection = request.options.selection;
  if (const std::optional<std::string> wrong = wrong_selection(selection.accounts, selection.types))
    return fail(Outcome::usage, *wrong);
  const std::optional<settings::Settings> settings = load_settings(request.common, true);
  if (!settings) return exit_code(Outcome::usage);
  if (settings->mode == Mode::live && !request.live)
    return fail(
        Outcome::usage,
        "stripe.api_key is a live key: real payment methods would be cloned. Add --live if that is meant");
  request.options.in_fleet = may_share(*settings, request.options);
  const SessionResult result = run_session(*settings, request);
  return end_session(request, result);
}

}  // namespace

void add_run(CLI::App& app, Action& chosen) {
  auto request = std::make_shared<RunRequest>();
  CLI::App* command = app.add_subcommand("run", kAbout);
  add_common(*command, request->common);
  add_selection(*command, *request);
  add_output(*command, *request);
  command->footer(kHelp);
  command->callback([request, &chosen] { chosen = [request] { return run(*request); }; });
}

}  // namespace payferry::cli
