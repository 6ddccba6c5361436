#include "ledger/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/crash_point.hpp"
#include "ledger/schema.hpp"

namespace payferry::ledger {
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

Result<void> check_schema(Database& database, const std::filesystem::path& path) {
  if (pragma(database, "application_id") != kApplicationId)
    return refuse(
        fmt::format("{} is an SQLite file, but not a ledger of Payferry; name another file under `ledger`",
                    path.string()));
  const std::int64_t version = pragma(database, "user_version");
  if (version != kSchemaVersion)
    return refuse(
        fmt::format("ledger {}: its schema is version {}, this program knows version {}; use the Payferry "
                    "that wrote it or a newer one. The file was not changed",
                    path.string(), version, kSchemaVersion));
  return {};
}

void make_schema(Database& database, const Owner& owner) {
  database.execute("BEGIN IMMEDIATE");
  database.execute(kSchema);
  database.execute(
      fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {}", kApplicationId, kSchemaVersion)
          .c_str());
  Statement meta(database, "INSERT INTO meta(key, value) VALUES(?, ?)");
  meta.bind("platform", owner.platform).exec();
  meta.bind("mode", to_string(owner.mode)).exec();
  database.execute("COMMIT");
}

// A ledger is made aside and gets its name when it is whole: whoever is killed in the middle leaves no half
// of one behind.
Result<void> make_ledger(const std::filesystem::path& path, const Owner& owner) {
  const std::filesystem::path aside = path.string() + ".making";
  std::error_code failed;
  std::filesystem::remove(aside, failed);
  std::filesystem::remove(aside.string() + "-journal", failed);
  const Result<void> made = make_file(aside);
  if (!made) return made.error();
  {
    Database database(aside.string(), SQLITE_OPEN_READWRITE);
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

}  // namespace

Error explain(const SqliteError& error, const std::filesystem::path& path) {
  const std::string name = path.string();
  switch (error.code() & 0xff) {
    case SQLITE_FULL:
      return refuse(fmt::format(
          "ledger {}: the disk is full; make room and run the same command again. Nothing was lost", name));
    case SQLITE_NOTADB:
      return refuse(fmt::format("{} is not a ledger of Payferry; name another file under `ledger`", name));
    case SQLITE_CORRUPT:
      return refuse(
          fmt::format("ledger {}: the file is damaged ({}); restore it from a backup. Nothing was sent since",
                      name, error.what()));
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
      return refuse(fmt::format("ledger {}: cannot be written ({}); mend its permissions or its folder's",
                                name, error.what()));
    default:
      return refuse(fmt::format("ledger {}: {}; what it had confirmed is safe", name, error.what()));
  }
}

Result<Owner> read_owner(Database& database, const std::filesystem::path& path) {
  const Result<void> ours = check_schema(database, path);
  if (!ours) return ours.error();
  Owner owner;
  Statement meta(database, "SELECT key, value FROM meta");
  for (meta.bind(); meta.next();) {
    if (meta.text(0) == "platform") owner.platform = meta.text(1);
    if (meta.text(0) == "mode") owner.mode = mode_from(meta.text(1)).value_or(Mode::test);
  }
  return owner;
}

Result<std::unique_ptr<Database>> open_for_writing(const std::filesystem::path& path, const Owner& owner) {
  std::error_code absent;
  if (std::filesystem::is_directory(path, absent))
    return refuse(
        fmt::format("ledger {}: cannot be opened for writing: it is a folder; name a file under `ledger`. "
                    "Nothing was sent",
                    path.string()));
  if (std::filesystem::file_size(path, absent) == 0 || absent) {
    const Result<void> made = make_ledger(path, owner);
    if (!made) return made.error();
  }
  auto database = std::make_unique<Database>(path.string(), SQLITE_OPEN_READWRITE);
  const Result<Owner> found = read_owner(*database, path);
  if (!found) return found.error();
  if (found->platform != owner.platform || found->mode != owner.mode)
    return refuse(fmt::format(
        "ledger {}: belongs to platform {} in {} mode, the key is of {} in {} mode; use that "
        "platform's key or name another file under `ledger`. Nothing was sent",
        path.string(), found->platform, to_string(found->mode), owner.platform, to_string(owner.mode)));
  database->execute(
      "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = OFF;"
      "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA wal_autocheckpoint = 4000");
  return database;
}

Result<std::unique_ptr<Database>> open_for_reading(const std::filesystem::path& path) {
  std::error_code failed;
  if (!std::filesystem::is_regular_file(path, failed))
    return refuse(fmt::format(
        "ledger {}: there is no such file; the job has not run yet, or `ledger` names another place",
        path.string()));
  try {
    // Not read-only: SQLite needs its shared-memory file to read a ledger whose writer was killed.
    auto database = std::make_unique<Database>(path.string(), SQLITE_OPEN_READWRITE);
    database->execute("PRAGMA query_only = ON; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY");
    const Result<void> ours = check_schema(*database, path);
    if (!ours) return ours.error();
    return database;
  } catch (const SqliteError& error) {
    return explain(error, path);
  }
}

FileIdentity::FileIdentity(const std::filesystem::path& path) : path_(path) {
  struct stat found {};
  if (::stat(path_.c_str(), &found) == 0) {
    device_ = found.st_dev;
    inode_ = found.st_ino;
  }
}

bool FileIdentity::still_there() const {
  struct stat found {};
  return ::stat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_;
}

}  // namespace payferry::ledger
