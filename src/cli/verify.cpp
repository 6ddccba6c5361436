#include <fmt/format.h>
#include <unistd.h>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/signal_set.hpp>
#include <iostream>
#include <unordered_map>

#include "cli/common.hpp"
#include "cli/session.hpp"
#include "cli/verify_notes.hpp"
#include "report/atomic_file.hpp"
#include "report/csv_file.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kHelp =
    "Asks Stripe for what the ledger says is attached, and names whatever differs: clones and customers that "
    "are gone,\n"
    "detached, on another customer or changed, defaults that are others, customers without Payferry's mark. "
    "Reads only.\n"
    "Reads are rationed by Stripe (10,000 a month, more with more transactions): the command says how many "
    "it "
    "takes and\n"
    "asks first; --yes or --max-reads agree to it. Cut off, the same command goes on.\n"
    "\n"
    "Exit codes: 0 all equal, 3 mismatches, 4 not done yet, 5 refused by Stripe, 6 the ledger cannot be "
    "read.\n";

struct Request {
  Common common;
  ledger::CheckFilter filter;
  pipeline::VerifyOptions options;
  std::uint64_t most_reads = 0;
  std::string out;
  bool yes = false;
  bool json = false;
  bool restart = false;
};

std::string title_of(const Request& request) {
  std::string accounts;
  for (const std::string& account : request.filter.accounts) accounts += " " + account;
  return fmt::format("payferry-verify 1 input {} sample {} seed {} duplicates {} accounts{}",
                     request.filter.input, request.filter.sample, request.filter.seed,
                     request.options.duplicates, accounts);
}

// What earlier runs have settled needs no second look.
void leave_out_settled(const VerifyNotes& notes, ledger::Checks& checks) {
  std::unordered_map<std::string, std::int64_t> ids;
  for (const ledger::CheckedAccount& account : checks.accounts()) ids[account.account] = account.id;
  notes.for_each_settled([&](const VerifyNotes::Settled& settled) {
    const auto id = ids.find(settled.account);
    if (id == ids.end()) return;
    if (settled.target_customer.empty())
      checks.drop_account(id->second);
    else
      checks.drop(id->second, settled.target_customer);
  });
}

std::optional<std::string> refusal_of(const Request& request) {
  if (request.yes || request.options.most_reads) return std::nullopt;
  if (::isatty(STDIN_FILENO) == 0)
    return "nobody can be asked here; nothing was sent. Add --yes, or --max-reads N, if that many reads are "
           "meant";
  std::fputs("Go on? [y/N] ", stderr);
  std::string typed;
  if (std::getline(std::cin, typed) && (typed == "y" || typed == "yes")) return std::nullopt;
  return "nothing was sent";
}

struct Told {
  std::uint64_t customers = 0;
  std::uint64_t clones = 0;
};

Told tell_cost(const settings::Settings& settings, const Request& request, ledger::Checks& checks) {
  const std::vector<ledger::CheckedAccount> accounts = checks.accounts();
  Told told;
  for (const ledger::CheckedAccount& account : accounts) {
    told.customers += account.customers;
    told.clones += account.clones;
  }
  const plan::ReadCost cost =
      plan::cost_of(accounts, settings.target.set_default, request.options.duplicates);
  fmt::print(stderr, "{}: {} clones on {} customers of {} accounts are to be read back: {} to {} reads\n",
             settings.job, told.clones, told.customers, accounts.size(), cost.least, cost.most);
  if (checks.unattached() > 0)
    fmt::print(stderr, "left out: {} clones that are attached to no customer, which no list shows\n",
               checks.unattached());
  return told;
}

pipeline::Ending look(const settings::Settings& settings, const Request& request, ledger::Checks& checks,
                      const ledger::Owner& owner, VerifyNotes& notes, std::uint64_t& reads) {
  boost::asio::io_context context(1);
  const std::unique_ptr<async::Time> time = async::make_system_time(context);
  Result<std::unique_ptr<stripe::Reader>> reader = stripe::make_reader(context, client_options(settings));
  if (!reader) return {Outcome::usage, reader.error().message};
  pipeline::Verification verification(
      context, *time, settings, request.options, **reader, checks, owner, notes.cursors(),
      [&notes](const pipeline::VerifyBatch& batch) { return notes.append(batch); });
  boost::asio::signal_set signals(context, SIGINT, SIGTERM);
  std::function<void(boost::system::error_code, int)> on_signal = [&](boost::system::error_code cancelled,
                                                                      int) {
    if (cancelled) return;
    verification.interrupt("stopped by a signal; the same command goes on");
    signals.async_wait(on_signal);
  };
  signals.async_wait(on_signal);
  pipeline::Ending ending;
  boost::asio::co_spawn(context, verification.main(), [&](std::exception_ptr thrown, pipeline::Ending ended) {
    signals.cancel();
    if (thrown) std::rethrow_exception(thrown);
    ending = std::move(ended);
  });
  context.run();
  reads = verification.reads();
  return ending;
}

Result<void> write_findings(const VerifyNotes& notes, const std::string& path) {
  Result<report::AtomicFile> file = report::AtomicFile::create(path, 0644);
  if (!file) return file.error();
  file->write(report::csv_record({"mismatch", "account", "customer_id_old", "customer_id_new",
                                  "source_id_old", "source_id_new", "expected", "found"}));
  notes.for_each_finding([&](const std::string& record) { file->write(record); });
  return file->commit();
}

std::string json_of(const std::string& job, const pipeline::Ending& ending, const VerifyNotes& notes,
                    std::uint64_t left, std::uint64_t reads) {
  std::string kinds;
  for (const auto& [kind, count] : notes.by_kind())
    kinds += fmt::format("{}\"{}\":{}", kinds.empty() ? "" : ",", kind, count);
  return fmt::format(
      "{{\"job\":\"{}\",\"outcome\":\"{}\",\"exit_code\":{},\"customers\":{},\"clones\":{},\"left\":{},"
      "\"reads\":{},\"mismatches\":{{{}}}}}\n",
      job, to_string(ending.outcome), exit_code(ending.outcome), notes.customers(), notes.clones(), left,
      reads, kinds);
}

void print_result(const VerifyNotes& notes, std::uint64_t left, std::uint64_t reads) {
  fmt::print("{} clones on {} customers were read back ({} reads){}\n", notes.clones(), notes.customers(),
             reads, notes.by_kind().empty() && left == 0 ? ": all equal" : "");
  for (const auto& [kind, count] : notes.by_kind()) fmt::print("  {:<22}{}\n", kind, count);
  if (left > 0) fmt::print("  {:<22}{}\n", "not looked at yet", left);
}

int conclude(const settings::Settings& settings, const Request& request, pipeline::Ending ending,
             ledger::Checks& checks, VerifyNotes& notes, std::uint64_t reads) {
  if (ending.outcome == Outcome::usage) return fail(ending.outcome, ending.reason);
  if (ending.outcome == Outcome::complete && !notes.by_kind().empty())
    ending = {Outcome::failures,
              "some of it differs" + std::string(request.out.empty() ? "; --out FILE lists it" : "")};
  std::uint64_t left = 0;
  for (const ledger::CheckedAccount& account : checks.accounts()) left += account.clones;
  if (request.json)
    fmt::print("{}", json_of(settings.job, ending, notes, left, reads));
  else
    print_result(notes, left, reads);
  if (!request.out.empty()) {
    const Result<void> written = write_findings(notes, request.out);
    if (!written) return fail(written.error());
  }
  if (ending.outcome == Outcome::complete || ending.outcome == Outcome::failures) notes.remove();
  return ending.reason.empty() ? exit_code(ending.outcome) : fail(ending.outcome, ending.reason);
}

int verify(Request request) {
  if (const std::optional<std::string> wrong = wrong_selection(request.filter.accounts, {}))
    return fail(Outcome::usage, *wrong);
  const std::optional<settings::Settings> settings = load_settings(request.common, true);
  if (!settings) return exit_code(Outcome::usage);
  const Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(settings->ledger);
  if (!reader) return fail(reader.error());
  const ledger::Owner owner = (*reader)->owner();
  if (owner.mode != settings->mode)
    return fail(Outcome::ledger,
                fmt::format("ledger {} is of {} mode, the API key of {} mode", settings->ledger.string(),
                            to_string(owner.mode), to_string(settings->mode)));
  request.filter.input = (*reader)->present_input(settings->job);
  if (request.most_reads > 0) request.options.most_reads = request.most_reads;
  const std::unique_ptr<ledger::Checks> checks = (*reader)->begin_checks(request.filter);
  std::error_code ignored;
  std::filesystem::create_directories(settings->beside.parent_path(), ignored);
  Result<VerifyNotes> notes = VerifyNotes::open(settings->beside.string() + ".verify-" + settings->job,
                                                title_of(request), request.restart);
  if (!notes) return fail(Outcome::ledger, notes.error().message);
  leave_out_settled(*notes, *checks);
  if (notes->goes_on())
    fmt::print(stderr,
               "goes on behind {} customers of a verification that was cut off (--restart begins anew)\n",
               notes->customers());
  const Told told = tell_cost(*settings, request, *checks);
  std::uint64_t reads = 0;
  pipeline::Ending ending{Outcome::complete, ""};
  if (told.clones > 0) {
    if (const std::optional<std::string> why = refusal_of(request)) return fail(Outcome::usage, *why);
    ending = look(*settings, request, *checks, owner, *notes, reads);
  }
  return conclude(*settings, request, std::move(ending), *checks, *notes, reads);
}

}  // namespace

void add_verify(CLI::App& app, Action& chosen) {
  auto request = std::make_shared<Request>();
  CLI::App* command = app.add_subcommand("verify", "Read the clones back from Stripe and compare");
  add_common(*command, request->common);
  command->add_option("--account", request->filter.accounts, "Only these connected accounts")
      ->delimiter(',')
      ->type_name("ACCT,…");
  command->add_option("--sample", request->filter.sample, "Only so many clones, drawn at random")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command->add_option("--seed", request->filter.seed, "Another number draws another sample")->type_name("N");
  command->add_flag("--duplicates", request->options.duplicates,
                    "Look at every customer for the same card twice (one read a customer)");
  command->add_option("--max-reads", request->most_reads, "Spend no more reads than this, then stop")
      ->check(CLI::PositiveNumber)
      ->type_name("N");
  command->add_flag("--yes", request->yes, "Do not ask before the reads are spent");
  command->add_flag("--restart", request->restart, "Begin anew where an earlier verification was cut off");
  command->add_option("--out", request->out, "Write the mismatches as CSV")->type_name("FILE");
  command->add_flag("--json", request->json, "One JSON object instead of words");
  command->footer(kHelp);
  command->callback([=, &chosen] { chosen = [=] { return verify(*request); }; });
}

}  // namespace payferry::cli
