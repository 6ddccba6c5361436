// Makes the ledger that a run of the job would have left: reads the job's input and admits it as a run does,
// then marks what was admitted as moved, but for the last items.
//
//   bench_make_ledger JOB.yaml PLATFORM PENDING
//
// Needs 4 GB of memory for ten million items, so that a page is written a few times and not a few hundred
// times.
#include <fmt/format.h>
#include <sqlite3.h>

#include <boost/asio/co_spawn.hpp>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <iterator>
#include <optional>
#include <string_view>

#include "intake/source.hpp"
#include "ledger/ledger.hpp"
#include "plan/admission.hpp"

using namespace payferry;

namespace {

// Nearly every page of the indexes of digests is written once a batch.
constexpr std::size_t kLinesPerBatch = 1'000'000;

[[noreturn]] void give_up(const std::string& why) {
  fmt::print(stderr, "bench_make_ledger: {}\n", why);
  std::exit(1);
}

template <class T>
T value_of(Result<T> result) {
  if (!result) give_up(result.error().message);
  return std::move(*result);
}

// What is made here is made anew where the machine fails: it needs no journal, and may have the memory that a
// run does without.
constexpr const char* kQuick =
    "PRAGMA cache_size = -3000000; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = "
    "MEMORY";

int pass_over_settings(void*, int action, const char* name, const char*, const char*, const char*) {
  const std::string_view asked = action == SQLITE_PRAGMA ? name : "";
  const bool ours = asked == "cache_size" || asked == "journal_mode" || asked == "synchronous";
  return ours ? SQLITE_IGNORE : SQLITE_OK;
}

int make_quick(sqlite3* database, char**, const sqlite3_api_routines*) {
  const int code = sqlite3_exec(database, kQuick, nullptr, nullptr, nullptr);
  sqlite3_set_authorizer(database, pass_over_settings, nullptr);
  return code;
}

// From now on every connection of this process is opened quick, whoever opens it, and stays so whatever it is
// told later: admission is the product's own, on the product's own connection.
void open_all_quick() {
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3_auto_extension(reinterpret_cast<void (*)()>(make_quick));
}

class Stopwatch {
 public:
  void say(const char* what) {
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began_;
    fmt::print("{} in {:.1f} s\n", what, took.count());
    std::fflush(stdout);
    began_ = std::chrono::steady_clock::now();
  }

 private:
  std::chrono::steady_clock::time_point began_ = std::chrono::steady_clock::now();
};

// A source gives a few megabytes at a time.
ledger::Admission next_lines(intake::Source& source, std::int64_t input) {
  ledger::Admission lines;
  lines.input = input;
  while (lines.lines < kLinesPerBatch && !lines.end) {
    intake::Batch batch = value_of(source.next(kLinesPerBatch));
    std::move(batch.entries.begin(), batch.entries.end(), std::back_inserter(lines.entries));
    std::move(batch.rejects.begin(), batch.rejects.end(), std::back_inserter(lines.rejects));
    lines.lines += batch.lines;
    lines.read += batch.read;
    lines.position = std::move(batch.position);
    lines.end = batch.end;
  }
  return lines;
}

async::Task<void> admit_all(ledger::Ledger& ledger, intake::Source& source, const std::string& job) {
  const ledger::InputState input =
      value_of(co_await ledger.begin_input(job, source.identity(), source.columns(), false));
  for (bool more = true; more;) {
    const auto lines = std::make_shared<const ledger::Admission>(next_lines(source, input.id));
    more = !lines->end;
    value_of(co_await ledger.admit(lines));
  }
  ledger.close();
}

// The ledger is closed afterwards, and its cache gone.
void admit_input(const settings::Settings& settings, const std::string& platform) {
  const std::unique_ptr<intake::Source> source = value_of(intake::open_source(settings));
  boost::asio::io_context context{1};
  ledger::OpenOptions options{
      settings.ledger, {platform, settings.mode}, plan::admission_rules(plan::rules_from(settings)), {}};
  const auto ledger = value_of(
      ledger::open_ledger(context, value_of(ledger::RunLock::take(settings.ledger)), std::move(options)));
  boost::asio::co_spawn(context, admit_all(*ledger, *source, settings.job), [](std::exception_ptr thrown) {
    if (thrown) std::rethrow_exception(thrown);
  });
  context.run();
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
  execute(database, "BEGIN");
  execute(database, fmt::format(R"sql(
    UPDATE item SET state = 1, content = '', cells = '', type = 'card', brand = 'visa', last4 = '4242',
      exp_month = 12, exp_year = 2030, fingerprint = substr(hex(identity), 1, 16),
      clone_id = 'pm_1' || substr(hex(identity), 1, 23)
    WHERE id <= (SELECT max(id) FROM item) - {})sql",
                                pending));
  // Links lie in the order of their items.
  execute(database, R"sql(
    UPDATE link SET origin = 1, used = 1, target_customer = 'cus_' || substr(hex(identity), 1, 14)
    WHERE id <= (SELECT max(link) FROM item WHERE state = 1))sql");
  // Two settled requests an item, as they are kept.
  execute(database, R"sql(
    INSERT INTO intent(item, step, generation, state, path, key, body, api_version, key_digest, first_wall_ms,
      first_boot_ms, last_wall_ms, last_boot_ms, boot_id, attempts, sends, status, verdict, request_id, answered_ms,
      latency_ms)
    SELECT id, asked.step, 0, 3, '', '', '', '', '', 1, 1, 1, 1, '', 1, 1, 200, 'done',
      'req_' || substr(hex(identity), 1, 14), 1, 300
    FROM item CROSS JOIN (SELECT 0 AS step UNION ALL SELECT 1) AS asked WHERE state = 1)sql");
  execute(database, "UPDATE account SET looked = 1");
  execute(database, "COMMIT");
  sqlite3_set_authorizer(database, nullptr, nullptr);
  execute(database, "PRAGMA journal_mode = WAL");
  sqlite3_close(database);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) give_up("usage: bench_make_ledger JOB.yaml PLATFORM PENDING");
  open_all_quick();
  settings::Loaded loaded = settings::load(argv[1], std::nullopt, settings::process_environment(), false);
  if (!loaded.mistakes.empty()) give_up(settings::to_string(loaded.mistakes.front()));
  const settings::Settings& settings = loaded.settings;
  Stopwatch watch;
  admit_input(settings, argv[2]);
  watch.say("admitted");
  mark_as_moved(settings.ledger.file().string(), std::strtol(argv[3], nullptr, 10));
  watch.say("marked as moved");
}
