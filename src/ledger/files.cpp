#include "ledger/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/crash_point.hpp"
#include "ledger/draft.hpp"
#include "ledger/owner.hpp"
#include "ledger/private_copy.hpp"
#include "ledger/run_lock.hpp"
#include "ledger/schema.hpp"
#include "ledger/upgrade.hpp"

namespace payferry::ledger {

std::filesystem::path followed(std::filesystem::path path) {
  constexpr int kMostLinks = 40;
  std::error_code failed;
  for (int links = 0; links < kMostLinks && std::filesystem::is_symlink(path, failed); ++links)
    path = path.parent_path() / std::filesystem::read_symlink(path, failed);
  return path;
}

namespace {

Error refuse(std::string message) {
  return make_error(Errc::ledger, std::move(message));
}

Result<void> make_file(const std::filesystem::path& path) {
  // SQLite would make the file with the process's umask; its companions inherit the file's permissions.
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return refuse(fmt::format("ledger {}: cannot be opened for writing: {}; nothing was sent", path.string(),
                              std::strerror(errno)));
  ::close(descriptor);
  return {};
}

// A new name is durable when its folder is.
Result<void> sync_folder(const std::filesystem::path& folder) {
  const int descriptor = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string why = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (synced) return {};
  return refuse(fmt::format("ledger: its folder {} cannot be written through: {}; nothing was sent",
                            folder.string(), why));
}

std::int64_t pragma(Database& database, const char* name) {
  Statement statement(database, fmt::format("PRAGMA {}", name).c_str());
  return statement.bind().next() ? statement.integer(0) : 0;
}

// A page that does not add up is noticed when it is read, not when it has led somewhere.
constexpr const char* kWary = "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF";

Result<void> check_schema(Database& database, const std::filesystem::path& path) {
  if (pragma(database, "application_id") != kApplicationId)
    return refuse(
        fmt::format("{} is an SQLite file, but not a ledger of Payferry; name another file under `ledger`",
                    path.string()));
  const std::int64_t version = pragma(database, "user_version");
  if (!is_known_version(version))
    return refuse(
        fmt::format("ledger {}: its schema is version {}, this program knows version {}; use the Payferry "
                    "that wrote it or a newer one. The file was not changed",
                    path.string(), version, kSchemaVersion));
  return {};
}

void make_schema(Database& database, const Owner& owner) {
  database.begin();
  define_newest(database);
  database.execute(fmt::format("PRAGMA application_id = {}", kApplicationId).c_str());
  write_owner(database, owner);
  database.commit();
}

// What lies beside a ledger that was deleted or emptied, and beside none that was never made.
std::optional<std::string> trace_of_one(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path log = write_ahead_log_of(path);
  if (std::filesystem::file_size(log, failed) != 0 && !failed) return log.string();
  const std::string rescued = path.filename().string() + ".rescued-";
  const std::filesystem::path folder = path.has_parent_path() ? path.parent_path() : ".";
  for (std::filesystem::directory_iterator at(folder, failed), end; !failed && at != end;
       at.increment(failed))
    if (at->path().filename().string().starts_with(rescued)) return at->path().string();
  return std::nullopt;
}

// A ledger is made aside and gets its name when it is whole: whoever is killed in the middle leaves no half
// of one behind.
Result<void> make_ledger(const std::filesystem::path& named, const Owner& owner) {
  std::error_code failed;
  const std::filesystem::path path = followed(named);
  const std::filesystem::path aside = path.string() + ".making";
  std::filesystem::remove(aside, failed);
  std::filesystem::remove(aside.string() + "-journal", failed);
  const Result<void> made = make_file(aside);
  if (!made) return made.error();
  {
    SqliteDatabase database(aside.string(), SQLITE_OPEN_READWRITE);
    database.execute("PRAGMA page_size = 8192; PRAGMA synchronous = FULL");
    crash_point("a ledger without a schema");
    make_schema(database, owner);
  }
  crash_point("a ledger without its name");
  std::filesystem::rename(aside, path, failed);
  if (failed)
    return refuse(
        fmt::format("ledger {}: cannot be made: {}; nothing was sent", path.string(), failed.message()));
  return sync_folder(path.parent_path());
}

// What a run that was ended did last is only in its journal. While one is going on, the tables are what there
// is to see, half a second old at most.
void take_up_for_reading(Database& database, const std::filesystem::path& path, bool is_copy) {
  Statement any(database, "SELECT 1 FROM journal LIMIT 1");
  if (!any.bind().next()) return;
  any.reset();
  if (is_copy) return take_up_journal(database);
  const Result<RunLock> lock = RunLock::take_for_a_moment(path);
  if (!lock) return;
  try {
    take_up_journal(database);
  } catch (const DatabaseError& error) {
    database.rollback();
    if (error.kind() == DatabaseError::Kind::damaged) throw;
  }
}

}  // namespace

std::filesystem::path write_ahead_log_of(const std::filesystem::path& path) {
  return followed(path).string() + "-wal";
}

Error explain_file(const DatabaseError& error, const std::filesystem::path& path) {
  const std::string name = path.string();
  switch (error.kind()) {
    case DatabaseError::Kind::full:
      return refuse(fmt::format(
          "ledger {}: the disk is full; make room and run the same command again. Nothing was lost", name));
    case DatabaseError::Kind::foreign:
      return refuse(fmt::format(
          "{} is not a ledger of Payferry, or its beginning is damaged; name another file under `ledger`, or "
          "put your newest backup in its place. The file was not changed, and nothing was sent",
          name));
    case DatabaseError::Kind::damaged:
      return refuse(fmt::format(
          "ledger {}: the file is damaged ({}). Nothing is sent with it. Keep it, look with `payferry ledger "
          "check`, and put your newest backup in its place within a day of the last run: so long Stripe "
          "remembers what was done since that backup, and does nothing twice",
          name, error.what()));
    case DatabaseError::Kind::unwritable:
      return refuse(fmt::format(
          "ledger {}: cannot be written ({}); mend its permissions or its folder's. What it had confirmed is "
          "safe, and nothing was sent since",
          name, error.what()));
    case DatabaseError::Kind::locked:
      return refuse(fmt::format(
          "ledger {}: another program keeps it locked ({}); end that program and run the same command again. "
          "What it had confirmed is safe, and nothing was sent since",
          name, error.what()));
    case DatabaseError::Kind::disk:
      return refuse(fmt::format(
          "ledger {}: its disk fails ({}); look after the disk, then run the same command again. What the "
          "ledger had confirmed is safe, and nothing was sent since",
          name, error.what()));
    default:
      return refuse(fmt::format("ledger {}: {}; what it had confirmed is safe, and nothing was sent since",
                                name, error.what()));
  }
}

Result<std::unique_ptr<SqliteDatabase>> open_file_for_writing(const std::filesystem::path& path,
                                                              const Owner& owner) {
  const Result<bool> there = is_file_there(path);
  if (!there) return there.error();
  if (!*there) {
    const Result<void> made = make_ledger(path, owner);
    if (!made) return made.error();
  }
  auto database = std::make_unique<SqliteDatabase>(path.string(), SQLITE_OPEN_READWRITE);
  database->execute(kWary);
  const Result<void> known = check_schema(*database, path);
  if (!known) return known.error();
  const Result<void> ours = check_owner(*database, path, owner);
  if (!ours) return ours.error();
  database->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;"
      "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000");
  upgrade(*database);
  take_up_journal(*database);
  return database;
}

Result<bool> is_file_there(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::file_status found = std::filesystem::status(path, failed);
  const bool missing = found.type() == std::filesystem::file_type::not_found;
  if (found.type() == std::filesystem::file_type::none)
    return refuse(
        fmt::format("ledger {}: cannot be looked at: {}; nothing was sent", path.string(), failed.message()));
  if (!missing && !std::filesystem::is_regular_file(found))
    return refuse(fmt::format("ledger {}: cannot be opened: it is not a file; name a file under `ledger`",
                              path.string()));
  if (!missing && std::filesystem::file_size(path, failed) != 0) return true;
  if (const std::optional<std::string> trace = trace_of_one(path))
    return refuse(fmt::format(
        "ledger {}: the file is {}, but {} is there: a ledger was here, and an empty one in its place would "
        "not know what was done. Put the ledger back ({}.rescued-* is a copy of it that only needs its "
        "name), or remove {} too if all of it is to be forgotten. Nothing was sent",
        path.string(), missing ? "missing" : "empty", *trace, path.filename().string(), *trace));
  return false;
}

Result<std::unique_ptr<SqliteDatabase>> open_file_for_reading(const std::filesystem::path& path,
                                                              Touch touch) {
  const Result<bool> there = is_file_there(path);
  if (!there) return there.error();
  if (!*there)
    return refuse(fmt::format(
        "ledger {}: there is no such file; the job has not run yet, or `ledger` names another place",
        path.string()));
  const Result<std::unique_ptr<PrivateCopy>> copied = copy_where_closed(followed(path));
  if (!copied) return copied.error();
  try {
    // Not read-only: SQLite needs its shared-memory file to read a ledger whose writer was killed. But both
    // of its files stay byte by byte what they were, unless a run was killed and its journal is taken up. A
    // log that is empty or was not there is left to SQLite, which removes it again when the last one closes
    // it.
    std::error_code failed;
    const bool has_log = std::filesystem::file_size(write_ahead_log_of(path), failed) != 0 && !failed;
    const std::filesystem::path file = *copied ? (*copied)->file() : path;
    auto database = std::make_unique<SqliteDatabase>(file.string(), SQLITE_OPEN_READWRITE);
    sqlite3_db_config(database->handle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, has_log ? 1 : 0, nullptr);
    database->execute(kWary);
    // Who reads goes through tables in their order, or looks up digests: of the indexes of ten million items
    // the inner pages are 2 MiB, and the leaves fit nowhere. It often reads beside a run, in one process.
    database->execute("PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY");
    const Result<void> ours = check_schema(*database, path);
    if (!ours) return ours.error();
    read_as_newest(*database);
    if (touch == Touch::journal) take_up_for_reading(*database, path, *copied != nullptr);
    database->execute("PRAGMA query_only = ON");
    return database;
  } catch (const DatabaseError& error) {
    return explain_file(error, path);
  }
}

}  // namespace payferry::ledger
