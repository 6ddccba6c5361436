#include <fmt/format.h>
#include <unistd.h>

#include <iostream>

#include "cli/common.hpp"
#include "cli/session.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kAbout = "Detach what this job made (asks first; --yes for scripts)";
constexpr const char* kHelp =
    "Detaches every payment method that this job has cloned and attached, as far as its present input names "
    "it. Stripe\n"
    "cannot undo that: a detached one can never be charged or attached again, and charges and subscriptions "
    "that use it\n"
    "fail. So the payments and subscriptions of each customer are read first, and what one of them names "
    "stays attached\n"
    "(in_use), unless --even-used says otherwise. What was there before, unattached clones, and customers "
    "stay too, so that\n"
    "a later move uses the same customers.\n"
    "Stopped or killed at any moment, the same command goes on. A later `payferry run` leaves the items "
    "alone "
    "until\n"
    "`payferry retry JOB.yaml --code rolled_back` puts them back; they are cloned anew then.\n"
    "\n"
    "Examples:\n"
    "  payferry rollback JOB.yaml                         shows what would go, and asks\n"
    "  payferry rollback JOB.yaml --account acct_1 --yes  one account, from a script\n"
    "  payferry rollback JOB.yaml --item pm_1             one payment method\n";

struct Request {
  RunRequest run;
  ledger::RollbackFilter filter;
  bool even_used = false;
  bool yes = false;
};

void print_line(std::uint64_t count, const char* what) {
  if (count > 0) fmt::print("  {:<10}{}\n", count, what);
}

void print_accounts(const ledger::RollbackPlan& plan) {
  constexpr std::size_t kShown = 10;
  std::uint64_t rest = plan.attached;
  for (std::size_t at = 0; at < plan.accounts.size() && at < kShown; ++at) {
    fmt::print("  {:<10}{}\n", plan.accounts[at].second, plan.accounts[at].first);
    rest -= plan.accounts[at].second;
  }
  if (rest > 0) fmt::print("  {:<10}on {} more accounts\n", rest, plan.accounts.size() - kShown);
}

void print_plan(const std::string& job, const ledger::RollbackPlan& plan, bool even_used) {
  fmt::print("{}: {} payment methods on {} accounts will be detached{}:\n", job, plan.attached,
             plan.accounts.size(), even_used ? "" : ", but those that were used since");
  print_accounts(plan);
  fmt::print("stays:\n");
  print_line(plan.customers, "customers of these, with whatever else hangs on them");
  print_line(plan.existing, "payment methods that were there before and were only recognised");
  print_line(plan.unattached, "clones that are attached to no customer, and cannot be detached");
  print_line(plan.unfinished, "items that are pending or failed with a clone: end them first (run, retry)");
  print_line(plan.rolled_back, "items that are rolled back already");
  if (plan.attached == 0) return;
  if (even_used)
    fmt::print("Charges and subscriptions on these accounts that use these payment methods will FAIL. ");
  else
    fmt::print(
        "First the payments and subscriptions of {} customers are read ({} calls or more): what one of them "
        "names\nstays attached. What your own systems have noted and Stripe has not seen yet cannot be "
        "known, "
        "and will FAIL.\n",
        plan.customers, 2 * plan.customers);
  fmt::print("A detached one can never be used again; moving it again makes a new one.\n");
  if (plan.used_up > 0)
    fmt::print(
        "{} of them can never be moved again: their originals are attached to no customer, and were "
        "used up.\n",
        plan.used_up);
}

bool confirmed(const std::string& job) {
  std::fputs("Type the job's name to go on: ", stdout);
  std::fflush(stdout);
  std::string typed;
  return std::getline(std::cin, typed) && typed == job;
}

// Says why nothing is to be sent, or nothing where it is agreed to.
std::optional<std::string> refusal_of(const Request& request, const std::string& job) {
  if (request.yes) return std::nullopt;
  if (::isatty(STDIN_FILENO) == 0)
    return "nobody can be asked here; nothing was sent. Look at the list above, and add --yes if that is "
           "meant";
  if (!confirmed(job)) return "that is not the job's name; nothing was sent";
  return std::nullopt;
}

void print_result(const settings::Settings& settings, const Request& request,
                  const ledger::RollbackPlan& before) {
  const Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(settings.ledger);
  if (!reader) return;
  const ledger::RollbackPlan now = (*reader)->plan_rollback(request.filter);
  fmt::print(
      "{} of {} payment methods were detached; `payferry retry {} --code rolled_back` and a run move "
      "them again\n",
      now.rolled_back - before.rolled_back, before.attached, request.run.common.job_file);
}

int roll_back(const settings::Settings& settings, Request& request, ledger::RunLock lock) {
  Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(settings.ledger);
  if (!reader) return fail(reader.error());
  request.filter.input = (*reader)->present_input(settings.job);
  const ledger::RollbackPlan plan = (*reader)->plan_rollback(request.filter);
  reader->reset();
  print_plan(settings.job, plan, request.even_used);
  if (plan.attached == 0) {
    fmt::print("nothing is to be detached; nothing was sent\n");
    return exit_code(Outcome::complete);
  }
  if (const std::optional<std::string> why = refusal_of(request, settings.job))
    return fail(Outcome::usage, *why);
  request.run.options.roll_back = request.filter;
  request.run.options.spare_used = !request.even_used;
  const SessionResult result = roll_back_session(settings, request.run, std::move(lock));
  if (result.outcome != Outcome::usage && result.outcome != Outcome::ledger)
    print_result(settings, request, plan);
  return end_session(request.run, result);
}

int roll_back(Request& request) {
  if (const std::optional<std::string> wrong = wrong_selection(request.filter.accounts, request.filter.types))
    return fail(Outcome::usage, *wrong);
  const std::optional<settings::Settings> settings = load_settings(request.run.common, true);
  if (!settings) return exit_code(Outcome::usage);
  if (settings->mode == Mode::live && !request.run.live)
    return fail(
        Outcome::usage,
        "stripe.api_key is a live key: real customers' payment methods would be detached. Add --live if "
        "that is meant");
  const Result<std::optional<ledger::Owner>> owner = ledger::owner_of(settings->ledger);
  if (!owner) return fail(owner.error());
  if (!*owner)
    return fail(Outcome::ledger,
                settings->ledger.string() +
                    ": there is no such ledger, so nothing is known to take back; the job has "
                    "not run yet, or `ledger` names another place");
  Result<ledger::RunLock> lock = ledger::RunLock::take(settings->ledger);
  if (!lock) return fail(lock.error());
  return roll_back(*settings, request, std::move(*lock));
}

void add_selection(CLI::App& command, Request& request) {
  command.add_option("--account", request.filter.accounts, "Only on these connected accounts")
      ->delimiter(',')
      ->type_name("A,B");
  command.add_option("--type", request.filter.types, "Only of these types")
      ->delimiter(',')
      ->type_name("TYPE");
  command
      .add_option("--item", request.filter.payment_method,
                  "Only this payment method (the original's or the clone's id)")
      ->type_name("PM");
  command.add_flag("--even-used", request.even_used,
                   "Detach also what a payment or subscription names, without looking for those");
  command.add_flag("--yes", request.yes, "Do not ask");
  command.add_flag("--live", request.run.live,
                   "Allow a live key: real customers' payment methods are detached");
}

}  // namespace

void add_rollback(CLI::App& app, Action& chosen) {
  auto request = std::make_shared<Request>();
  CLI::App* command = app.add_subcommand("rollback", kAbout);
  add_common(*command, request->run.common);
  add_selection(*command, *request);
  add_output(*command, request->run);
  command->footer(kHelp);
  command->callback([request, &chosen] { chosen = [request] { return roll_back(*request); }; });
}

}  // namespace payferry::cli
