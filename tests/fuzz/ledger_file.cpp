#include <charconv>
#include <exception>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "fuzz/check.hpp"
#include "fuzz/sample_ledger.hpp"
#include "fuzz/targets.hpp"
#include "ledger/admission.hpp"
#include "ledger/files.hpp"
#include "ledger/reader.hpp"
#include "ledger/work_store.hpp"
#include "support/temp_folder.hpp"

namespace payferry::fuzz {
namespace {

namespace fs = std::filesystem;
using ledger::Database;
using ledger::DatabaseError;

// The folder of one process, with the ledger in it.
class Place {
 public:
  Place() : path_(folder_.path() / "ledger.db"), sample_(sample_ledger(path_)) {}
  const fs::path& path() const { return path_; }
  const std::string& sample() const { return sample_; }
  void write(const std::string& bytes) const {
    for (const char* suffix : {"-wal", "-shm", "-journal"}) fs::remove(path_.string() + suffix);
    std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  }
  std::string read() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  test::TempFolder folder_;
  fs::path path_;
  std::string sample_;
};

std::optional<std::int64_t> number_of(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

bool is_name(std::string_view text) {
  return !text.empty() &&
         text.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789") == std::string_view::npos;
}

// "item.state=200": this value in this column of all rows.
void damage_cells(Database& database, std::string_view line) {
  const std::size_t dot = line.find('.');
  const std::size_t equals = line.find('=');
  if (dot == std::string_view::npos || equals == std::string_view::npos || dot > equals) return;
  const std::string_view table = line.substr(0, dot);
  const std::string_view column = line.substr(dot + 1, equals - dot - 1);
  const std::string_view value = line.substr(equals + 1);
  if (!is_name(table) || !is_name(column)) return;
  const std::string sql = "UPDATE OR IGNORE " + std::string(table) + " SET " + std::string(column) + " = ?";
  ledger::Statement update(database, sql.c_str());
  if (const auto number = number_of(value))
    update.bind(*number).exec();
  else
    update.bind(value).exec();
}

// "@1234=ff": this byte there. "!1234": the file ends there. "wal": the file says that it has a log.
void damage_bytes(std::string& bytes, std::string_view line) {
  if (line == "wal" && bytes.size() > 19) bytes[18] = bytes[19] = 2;
  if (line.starts_with('!'))
    bytes.resize(std::min<std::size_t>(
        bytes.size(), static_cast<std::size_t>(number_of(line.substr(1)).value_or(INT64_MAX))));
  const std::size_t equals = line.find('=');
  if (!line.starts_with('@') || equals == std::string_view::npos || bytes.empty()) return;
  const auto at = number_of(line.substr(1, equals - 1));
  int value = 0;
  const std::string_view hex = line.substr(equals + 1);
  const auto [end, error] = std::from_chars(hex.data(), hex.data() + hex.size(), value, 16);
  if (!at || error != std::errc()) return;
  bytes[static_cast<std::size_t>(*at) % bytes.size()] = static_cast<char>(value);
}

std::vector<std::string_view> lines_of(std::string_view text) {
  constexpr std::size_t kMost = 64;
  std::vector<std::string_view> lines;
  while (!text.empty() && lines.size() < kMost) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

void make_damaged(const Place& place, std::string_view input) {
  const std::vector<std::string_view> lines = lines_of(input);
  place.write(place.sample());
  try {
    ledger::SqliteDatabase database(place.path().string(), SQLITE_OPEN_READWRITE);
    database.execute("PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY; BEGIN");
    for (const std::string_view line : lines) {
      try {
        damage_cells(database, line);
      } catch (const DatabaseError&) {
      }
    }
    database.execute("COMMIT");
  } catch (const DatabaseError&) {
  }
  std::string bytes = place.read();
  for (const std::string_view line : lines) damage_bytes(bytes, line);
  place.write(bytes);
}

void check(const Error& error) {
  require(error.code == Errc::ledger && !error.message.empty(), "a damaged ledger is an error of the ledger");
}

// What a Reader promises: a value or a std::runtime_error.
void attempt(const std::function<void()>& part) {
  try {
    part();
  } catch (const std::runtime_error&) {
  }
}

void read_it(const fs::path& path) {
  if (const auto owner = ledger::owner_of(path); !owner) check(owner.error());
  const auto opened = ledger::open_reader(path);
  if (!opened) return check(opened.error());
  ledger::Reader& reader = **opened;
  std::int64_t input = 1;
  attempt([&] { input = reader.present_input(kSampleJob); });
  attempt([&] { reader.columns(input); });
  attempt([&] { reader.last_run(kSampleJob); });
  attempt([&] { reader.for_each_mapping(input, [](const ledger::MappingRow&) {}); });
  attempt([&] { reader.for_each_reject(input, [](const ledger::RejectRow&) {}); });
  attempt([&] { reader.for_each_answer(input, [](const ledger::PastAnswer&) {}); });
  attempt([&] { reader.for_each_entry(input, [](const ledger::EntryEnd&) {}); });
  attempt([&] { reader.for_each_run(kSampleJob, input, [](const ledger::RunRecord&) {}); });
  attempt([&] { static_cast<void>(reader.tally(input).balanced()); });
}

void check(const ledger::Work& work) {
  require(work.item.step <= Step::detach, "a loaded item has a step");
  if (work.link) require(work.link->origin <= Origin::reused, "a loaded link has an origin");
  if (work.intent)
    require(work.intent->step <= Step::detach && work.intent->state <= IntentState::settled,
            "a loaded intent has a step and a state");
}

// As a run would, each in the transaction that the writer's thread would give it; an error there ends the
// run.
void write_it(const fs::path& path) {
  try {
    const auto database = ledger::open_file_for_writing(path, sample_owner());
    if (!database) return check(database.error());
    (*database)->execute("PRAGMA synchronous = OFF; BEGIN IMMEDIATE");
    ledger::CounterpartStore counterparts(**database, sample_owner());
    ledger::AdmissionStore admission(**database, sample_owner(), sample_rules(), counterparts);
    ledger::WorkStore work(**database, nullptr);
    const std::int64_t input = admission.begin_input(kSampleJob, "identity", {}, false, 1).id;
    admission.admit(next_admission(input));
    for (const ledger::AccountState& account : work.accounts()) {
      for (const ledger::Work& each : work.load(account.id, 0, 100)) check(each);
      work.lost_creations(account.id);
    }
    work.reload_link(1);
    work.retry({});
    (*database)->execute("COMMIT");
  } catch (const DatabaseError& error) {
    check(ledger::explain_file(error, path));
  }
}

}  // namespace

void ledger_file(std::string_view input) {
  static const Place place;
  make_damaged(place, input);
  read_it(place.path());
  write_it(place.path());
}

}  // namespace payferry::fuzz
