#include "ledger/copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <stdio.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "ledger/files.hpp"
#include "ledger/sqlite.hpp"

namespace payferry::ledger {
namespace {

Error cannot_write(const std::filesystem::path& path, const char* why) {
  return make_error(Errc::io, fmt::format("{}: cannot be written: {}", path.string(), why));
}

Error exists_already(const std::filesystem::path& path) {
  return make_error(Errc::io,
                    fmt::format("{} exists already and is left as it is; name another file", path.string()));
}

// The copy under its passing name, which goes with it unless it was kept.
class Aside {
 public:
  explicit Aside(const std::filesystem::path& to) : path_(to.string() + fmt::format(".{}.tmp", ::getpid())) {
    descriptor_ = ::open(path_.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    error_ = errno;
  }
  ~Aside() {
    if (descriptor_ < 0) return;
    ::close(descriptor_);
    ::unlink((path_ + "-journal").c_str());
    ::unlink(path_.c_str());
  }
  Aside(const Aside&) = delete;
  Aside& operator=(const Aside&) = delete;

  const std::string& path() const { return path_; }
  bool made() const { return descriptor_ >= 0; }
  const char* why_not() const { return std::strerror(error_); }
  bool sync() const { return ::fsync(descriptor_) == 0; }

 private:
  std::string path_;
  int descriptor_ = -1;
  int error_ = 0;
};

// In one step: a copy in several begins anew whenever a run writes between two of them.
void copy_pages(SqliteDatabase& from, const std::string& to) {
  SqliteDatabase target(to, SQLITE_OPEN_READWRITE);
  sqlite3_backup* copying = sqlite3_backup_init(target.handle(), "main", from.handle(), "main");
  if (!copying) throw error_of(target.handle());
  sqlite3_backup_step(copying, -1);
  const int code = sqlite3_backup_finish(copying);
  if (code != SQLITE_OK) throw error_of(code, sqlite3_errstr(code));
}

Result<void> give_name(const std::string& aside, const std::filesystem::path& to) {
  int failed = ::renameat2(AT_FDCWD, aside.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE);
  // Some file systems do not know that kind of renaming.
  if (failed != 0 && (errno == EINVAL || errno == ENOSYS)) {
    std::error_code ignored;
    if (std::filesystem::exists(to, ignored)) return exists_already(to);
    failed = ::rename(aside.c_str(), to.c_str());
  }
  if (failed != 0 && errno == EEXIST) return exists_already(to);
  if (failed != 0) return cannot_write(to, std::strerror(errno));
  const std::filesystem::path folder = to.has_parent_path() ? to.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor >= 0) {
    ::fsync(descriptor);
    ::close(descriptor);
  }
  return {};
}

}  // namespace

Result<void> copy(SqliteDatabase& from, const std::filesystem::path& ledger,
                  const std::filesystem::path& to) {
  std::error_code ignored;
  if (std::filesystem::exists(std::filesystem::symlink_status(to, ignored))) return exists_already(to);
  const Aside aside(to);
  if (!aside.made()) return cannot_write(to, aside.why_not());
  try {
    copy_pages(from, aside.path());
  } catch (const DatabaseError& error) {
    if (error.kind() == DatabaseError::Kind::damaged) return explain_file(error, ledger);
    return cannot_write(to, error.what());
  }
  if (!aside.sync()) return cannot_write(to, std::strerror(errno));
  return give_name(aside.path(), to);
}

}  // namespace payferry::ledger
