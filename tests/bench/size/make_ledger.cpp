// Makes the ledger that a run of the job would have left: reads the job's input and admits it as a run does,
// then marks what was admitted as moved, but for the last items.
//
//   bench_make_ledger JOB.yaml PLATFORM PENDING
#include <fmt/format.h>
#include <sqlite3.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <optional>

#include "intake/source.hpp"
#include "ledger/ledger.hpp"
#include "plan/admission.hpp"

using namespace payferry;

namespace {

constexpr std::size_t kLinesPerBatch = 2000;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench_make_ledger: {}\n", why);
  std::exit(1);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error().message);
  return std::move(*result);
}

async::Task<void> admit_all(ledger::Ledger& ledger, intake::Source& source, const std::string& job) {
  const ledger::InputState input =
      value_of(co_await ledger.begin_input(job, source.identity(), source.columns(), false));
  for (bool more = true; more;) {
    intake::Batch batch = value_of(source.next(kLinesPerBatch));
    more = !batch.end;
    ledger::Admission admission{
        input.id, std::move(batch.entries), std::move(batch.rejects), batch.lines, batch.read, batch.position,
        batch.end};
    value_of(co_await ledger.admit(std::make_shared<const ledger::Admission>(std::move(admission))));
  }
  ledger.close();
}

void execute(sqlite3* database, const std::string& statement) {
  char* why = nullptr;
  if (sqlite3_exec(database, statement.c_str(), nullptr, nullptr, &why) != SQLITE_OK) give_up(why);
}

// As the last answers of a run would have left them.
void mark_as_moved(const std::string& path, long pending) {
  sqlite3* database = nullptr;
  if (sqlite3_open_v2(path.c_str(), &database, SQLITE_OPEN_READWRITE, nullptr) != SQLITE_OK)
    give_up(sqlite3_errmsg(database));
  execute(database, "PRAGMA synchronous = OFF; PRAGMA cache_size = -400000; BEGIN");
  execute(database, fmt::format(R"sql(
    UPDATE item SET state = 1, content = '', cells = '', type = 'card', brand = 'visa', last4 = '4242',
      exp_month = 12, exp_year = 2030, fingerprint = substr(hex(identity), 1, 16),
      clone_id = 'pm_1' || substr(hex(identity), 1, 23)
    WHERE id <= (SELECT max(id) FROM item) - {})sql",
                                pending));
  execute(database, R"sql(
    UPDATE link SET origin = 1, used = 1, target_customer = 'cus_' || substr(hex(identity), 1, 14)
    WHERE id IN (SELECT link FROM item WHERE state = 1))sql");
  // Two settled requests an item, as they are kept.
  for (const int step : {0, 1})
    execute(database, fmt::format(R"sql(
      INSERT INTO intent(item, step, generation, state, path, key, body, api_version, key_digest, first_wall_ms,
        first_boot_ms, last_wall_ms, last_boot_ms, boot_id, attempts, sends, status, verdict, request_id, answered_ms,
        latency_ms)
      SELECT id, {}, 0, 3, '', '', '', '', '', 1, 1, 1, 1, '', 1, 1, 200, 'done', 'req_' || substr(hex(identity), 1, 14), 1, 300
      FROM item WHERE state = 1)sql",
                                  step));
  execute(database, "UPDATE account SET looked = 1");
  execute(database, "COMMIT; PRAGMA wal_checkpoint(TRUNCATE)");
  sqlite3_close(database);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) give_up("usage: bench_make_ledger JOB.yaml PLATFORM PENDING");
  settings::Loaded loaded = settings::load(argv[1], std::nullopt, settings::process_environment(), false);
  if (!loaded.mistakes.empty()) give_up(settings::to_string(loaded.mistakes.front()));
  const settings::Settings& settings = loaded.settings;
  const std::unique_ptr<intake::Source> source = value_of(intake::open_source(settings));
  boost::asio::io_context context{1};
  ledger::OpenOptions options{
      settings.ledger, {argv[2], settings.mode}, plan::admission_rules(plan::rules_from(settings)), {}};
  const auto ledger = value_of(
      ledger::open_ledger(context, value_of(ledger::RunLock::take(settings.ledger)), std::move(options)));
  const auto began = std::chrono::steady_clock::now();
  boost::asio::co_spawn(context, admit_all(*ledger, *source, settings.job), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  context.run();
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
  fmt::print("admitted in {:.1f} s\n", took.count());
  mark_as_moved(settings.ledger.file().string(), std::strtol(argv[3], nullptr, 10));
}
