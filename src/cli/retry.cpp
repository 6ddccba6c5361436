#include <boost/asio/co_spawn.hpp>
#include <cstdio>

#include "cli/common.hpp"
#include "ledger/ledger.hpp"

namespace payferry::cli {
namespace {

async::Task<void> put_back(ledger::Ledger& ledger, ledger::RetryFilter filter, Result<std::int64_t>& answer) {
  answer = co_await ledger.retry(std::move(filter));
}

Result<std::int64_t> retry(const settings::Settings& settings, ledger::RetryFilter filter) {
  const Result<std::optional<ledger::Owner>> owner = ledger::owner_of(settings.ledger);
  if (!owner) return owner.error();
  if (!*owner)
    return make_error(Errc::ledger,
                      settings.ledger.string() + ": there is no such ledger; the job has not run yet");
  Result<ledger::RunLock> lock = ledger::RunLock::take(settings.ledger);
  if (!lock) return lock.error();
  Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(settings.ledger);
  if (!reader) return reader.error();
  filter.input = (*reader)->present_input(settings.job);
  if (filter.input == 0) return std::int64_t{0};

  boost::asio::io_context context(1);
  Result<std::unique_ptr<ledger::Ledger>> ledger =
      ledger::open_ledger(context, std::move(*lock), {settings.ledger, **owner, {}, {}});
  if (!ledger) return ledger.error();
  Result<std::int64_t> answer = make_error(Errc::internal, "the ledger gave no answer");
  boost::asio::co_spawn(context, put_back(**ledger, std::move(filter), answer),
                        [](std::exception_ptr thrown) {
                          if (thrown) std::rethrow_exception(thrown);
                        });
  context.run();
  return answer;
}

}  // namespace

void add_retry(CLI::App& app, Action& chosen) {
  auto common = std::make_shared<Common>();
  auto filter = std::make_shared<ledger::RetryFilter>();
  CLI::App* command =
      app.add_subcommand("retry", "Put failed, or rolled back, items back; the next run takes them");
  add_common(*command, *common);
  command
      ->add_option("--code", filter->code,
                   "Only items that failed with this code; rolled_back: what a rollback detached")
      ->type_name("CODE");
  command->add_option("--account", filter->account, "Only items of this connected account")
      ->type_name("ACCT");
  command
      ->add_option("--item", filter->payment_method,
                   "Only this payment method (the original's or the clone's id)")
      ->type_name("PM");
  command->footer(
      "Without a filter every failed item of the job's present input goes back. Items that used their "
      "original up\n"
      "(original_consumed) never do. What a rollback took back goes back only with --code rolled_back or "
      "--item, "
      "and is\n"
      "then cloned anew, for the same customers. Nothing is sent by this command.");
  command->callback([=, &chosen] {
    chosen = [=] {
      const std::optional<settings::Settings> settings = load_settings(*common, false);
      if (!settings) return exit_code(Outcome::usage);
      const Result<std::int64_t> count = retry(*settings, *filter);
      if (!count) return fail(count.error());
      std::printf("%lld items are pending again; `payferry run %s` takes them\n",
                  static_cast<long long>(*count), common->job_file.c_str());
      return exit_code(Outcome::complete);
    };
  });
}

}  // namespace payferry::cli
