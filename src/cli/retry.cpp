#include <fmt/format.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>

#include "cli/common.hpp"
#include "ledger/ledger.hpp"
#include "settings/units.hpp"

namespace payferry::cli {
namespace {

constexpr const char* kHelp =
    R"(Without a filter every failed item of the job's present input goes back. Items that used their original up
(original_consumed) never do. What a rollback took back goes back only with --code rolled_back or --item, and is
then cloned anew, for the same customers. Nothing is sent by this command.

--customer-gone: where a card failed because Stripe says that a customer which Payferry made is not there any
more, the next run makes a new one. What failed for it goes back; what had succeeded for it was lost with it, and
is cloned anew and attached to the new one, whichever job moved it. The new customer has the name and e-mail of a
line only where its first card had not succeeded. Customers that were there before, or that a line names, are left:
mend the line. Customers about which a request has no answer yet are left until a run has brought it.
)";

struct Request {
  Common common;
  ledger::RetryFilter filter;
  std::string older_than;
  bool customer_gone = false;
  bool json = false;
};

struct Retried {
  std::int64_t items = 0;
  ledger::Renewed renewed;  // or, without --customer-gone, what it would do
};

async::Task<void> put_back(ledger::Ledger& ledger, const Request& request, Result<Retried>& answer) {
  ledger::RetryFilter gone = request.filter;
  gone.dry = gone.dry || !request.customer_gone;
  const Result<ledger::Renewed> renewed = co_await ledger.renew_customers(std::move(gone));
  if (!renewed) {
    answer = renewed.error();
    co_return;
  }
  Retried retried{renewed->put_back + renewed->cloned_anew, *renewed};
  if (!request.customer_gone) {
    ledger::RetryFilter filter = request.filter;
    const Result<std::int64_t> items = co_await ledger.retry(std::move(filter));
    if (!items) {
      answer = items.error();
      co_return;
    }
    retried.items = *items;
  }
  answer = retried;
}

Result<Retried> retry(const settings::Settings& settings, Request& request) {
  const Result<std::optional<ledger::Owner>> owner = ledger::owner_of(settings.ledger);
  if (!owner) return owner.error();
  if (!*owner)
    return make_error(Errc::ledger,
                      settings.ledger.string() + ": there is no such ledger; the job has not run yet");
  Result<ledger::RunLock> lock = ledger::RunLock::take(settings.ledger);
  if (!lock) return lock.error();
  Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(settings.ledger);
  if (!reader) return reader.error();
  request.filter.input = (*reader)->present_input(settings.job);
  if (request.filter.input == 0) return Retried{};

  boost::asio::io_context context(1);
  Result<std::unique_ptr<ledger::Ledger>> ledger =
      ledger::open_ledger(context, std::move(*lock), {settings.ledger, **owner, {}, {}});
  if (!ledger) return ledger.error();
  Result<Retried> answer = make_error(Errc::internal, "the ledger gave no answer");
  boost::asio::co_spawn(context, put_back(**ledger, request, answer), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  context.run();
  return answer;
}

// Sets the moment before which an item must have failed; answers what is wrong.
std::optional<std::string> take_age(Request& request) {
  if (request.older_than.empty()) return std::nullopt;
  settings::Milliseconds age{0};
  constexpr std::chrono::hours kMost{24 * 3650};
  if (const settings::Problem wrong =
          settings::parse_duration(request.older_than, settings::Milliseconds(0), kMost, age))
    return "--older-than " + request.older_than + " " + *wrong;
  const auto now = std::chrono::system_clock::now() - age;
  request.filter.failed_before_ms =
      std::chrono::duration_cast<std::chrono::milliseconds>(now.time_since_epoch()).count() + 1;
  return std::nullopt;
}

void print_customers(const Request& request, const ledger::Renewed& renewed, const char* are) {
  fmt::print("  {:<10}customers that are gone {} made anew by it\n", renewed.customers, are);
  fmt::print("  {:<10}items that had succeeded for them, and so are lost, {} cloned anew\n",
             renewed.cloned_anew, are);
  if (renewed.used_up > 0)
    fmt::print("  {:<10}items are lost for good: their originals were used up (original_consumed)\n",
               renewed.used_up);
  if (renewed.busy > 0)
    fmt::print("  {:<10}customers are left: a request has no answer yet; `payferry run {}` asks for it\n",
               renewed.busy, request.common.job_file);
}

void print(const Request& request, const Retried& retried) {
  const char* are = request.filter.dry ? "would be" : "are";
  const ledger::Renewed& renewed = retried.renewed;
  fmt::print("{} items {} pending again; `payferry run {}` takes them\n", retried.items, are,
             request.common.job_file);
  if (request.customer_gone)
    print_customers(request, renewed, are);
  else if (renewed.customers > 0)
    fmt::print(
        "Stripe said that {} customers are not there any more; where their items fail again, "
        "`payferry retry {} --customer-gone` lets new ones be made\n",
        renewed.customers, request.common.job_file);
}

void print_json(const Request& request, const Retried& retried) {
  const ledger::Renewed& renewed = retried.renewed;
  const bool done = request.customer_gone;
  fmt::print(
      "{{\"dry_run\":{},\"items\":{},\"customers_gone\":{},\"renewed\":{},\"cloned_anew\":{},\"used_up\":{},"
      "\"busy\":{}}}\n",
      request.filter.dry, retried.items, renewed.customers, done, done ? renewed.cloned_anew : 0,
      done ? renewed.used_up : 0, done ? renewed.busy : 0);
}

int retry(Request request) {
  if (request.customer_gone && (!request.filter.code.empty() || !request.older_than.empty()))
    return fail(Outcome::usage,
                "--customer-gone goes with --account and --item, not with --code or --older-than");
  if (const std::optional<std::string> wrong = take_age(request)) return fail(Outcome::usage, *wrong);
  const std::optional<settings::Settings> settings = load_settings(request.common, false);
  if (!settings) return exit_code(Outcome::usage);
  const Result<Retried> retried = retry(*settings, request);
  if (!retried) return fail(retried.error());
  request.json ? print_json(request, *retried) : print(request, *retried);
  return exit_code(Outcome::complete);
}

}  // namespace

void add_retry(CLI::App& app, Action& chosen) {
  auto request = std::make_shared<Request>();
  CLI::App* command =
      app.add_subcommand("retry", "Put failed, or rolled back, items back; the next run takes them");
  add_common(*command, request->common);
  ledger::RetryFilter& filter = request->filter;
  command
      ->add_option("--code", filter.code,
                   "Only items that failed with this code; rolled_back: what a rollback detached")
      ->type_name("CODE");
  command->add_option("--account", filter.account, "Only items of this connected account")->type_name("ACCT");
  command
      ->add_option("--item", filter.payment_method,
                   "Only this payment method (the original's or the clone's id)")
      ->type_name("PM");
  command->add_option("--older-than", request->older_than, "Only items that failed so long ago: 30m, 12h, 2d")
      ->type_name("AGE");
  command->add_flag("--customer-gone", request->customer_gone,
                    "Instead: let new customers be made where Stripe says that they are gone");
  command->add_flag("--dry-run", filter.dry, "Say what would go back, and change nothing");
  command->add_flag("--json", request->json, "One JSON object instead of words");
  command->footer(kHelp);
  command->callback([=, &chosen] { chosen = [=] { return retry(*request); }; });
}

}  // namespace payferry::cli
