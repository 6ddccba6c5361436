#include "pipeline/given_customers.hpp"

#include <boost/asio/thread_pool.hpp>
#include <memory>

#include "async/blocking.hpp"
#include "intake/customers_file.hpp"

namespace payferry::pipeline {

using async::Task;

namespace {

constexpr std::size_t kAtATime = 1000;
using Rows = std::vector<Counterpart>;

void tell(telemetry::Log& log, const ledger::Given& counts) {
  log.info("customers_given", {{"links", counts.given}});
  for (const Counterpart& one : counts.examples)
    log.warn(
        "customer_contradicts",
        {{"account", one.account},
         {"customer", one.customer},
         {"named", one.target_customer},
         {"message", "the customer has another counterpart there already, or gets one: that one stays"}});
  if (counts.contradicting > 0) log.warn("customers_contradict", {{"count", counts.contradicting}});
}

// Gives everything that follows in the file. False: the run was told to stop meanwhile.
Task<Result<bool>> give_all(ledger::Ledger& ledger, intake::CustomersFile& file, const Stop& stop,
                            async::Executor home, boost::asio::thread_pool& thread, ledger::Given& counts) {
  auto next = [&file] { return file.next(kAtATime); };
  for (;;) {
    if (stop.requested()) co_return false;
    Result<Rows> rows = co_await async::on_thread<Result<Rows>>(thread, home, next);
    if (!rows) co_return rows.error();
    if (rows->empty()) co_return true;
    const auto kept = std::make_shared<const Rows>(std::move(*rows));
    const Result<ledger::Given> given = co_await ledger.give_targets(kept);
    if (!given) co_return given.error();
    counts.given += given->given;
    counts.contradicting += given->contradicting;
    if (counts.examples.empty()) counts.examples = given->examples;
  }
}

}  // namespace

Task<Result<void>> take_given_customers(ledger::Ledger& ledger, const settings::Settings& settings,
                                        const Stop& stop, telemetry::Log& log, async::Executor home) {
  if (settings.target.customers_file.empty()) co_return Result<void>();
  Result<std::unique_ptr<intake::CustomersFile>> file = intake::open_customers_file(settings.target);
  if (!file) co_return file.error();
  const std::string identity = (*file)->identity();
  const Result<std::string> taken = co_await ledger.customers_file(settings.job);
  if (!taken) co_return taken.error();
  if (*taken == identity) co_return Result<void>();
  boost::asio::thread_pool thread(1);
  ledger::Given counts;
  const Result<bool> all = co_await give_all(ledger, **file, stop, home, thread, counts);
  thread.join();
  if (!all) co_return all.error();
  if (!*all) co_return Result<void>();
  tell(log, counts);
  const Result<bool> noted = co_await ledger.note_customers_file(settings.job, identity);
  if (!noted) co_return noted.error();
  co_return Result<void>();
}

}  // namespace payferry::pipeline
