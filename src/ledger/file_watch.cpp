#include "ledger/file_watch.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include "ledger/copy.hpp"
#include "ledger/file_identity.hpp"
#include "ledger/files.hpp"

namespace payferry::ledger {
namespace {

class FileWatch final : public Watch {
 public:
  FileWatch(std::filesystem::path path, RunLock lock, SqliteDatabase& database)
      : path_(std::move(path)), identity_(path_), lock_(std::move(lock)), database_(database) {}

  // Whether somebody took the ledger or its lock from under the run.
  std::optional<Error> lost() override {
    if (!identity_.still_there()) return rescue();
    if (lock_.still_held()) return std::nullopt;
    return make_error(
        Errc::ledger,
        fmt::format(
            "ledger {}: its lock file was deleted or replaced while it was in use, so another run may "
            "be using the ledger; end that one, then run the same command again. What the ledger had "
            "confirmed is safe, and nothing was sent since",
            path_.string()));
  }

  void committed() override {
    if (!log_) log_.emplace(write_ahead_log_of(path_));
  }

 private:
  // The file goes when this process ends, the last that can read it.
  Error rescue() {
    const std::string happened = fmt::format(
        "ledger {}: the file was deleted or replaced while it was in use, and nothing was sent since. ",
        path_.string());
    const std::filesystem::path copy_path = path_.string() + fmt::format(".rescued-{}", ::getpid());
    const Result<void> copied = copy(database_, path_, copy_path);
    // What is left of the old file would be taken for part of the next one under its name.
    std::error_code ignored;
    if (copied && log_ && log_->still_there()) std::filesystem::remove(write_ahead_log_of(path_), ignored);
    if (copied)
      return make_error(Errc::ledger,
                        happened + fmt::format("All that it knew is saved in {}: give it the ledger's name "
                                               "before the next run, nothing else knows what was done",
                                               copy_path.string()));
    return make_error(
        Errc::ledger,
        happened + fmt::format("A copy could not be saved ({}): put the file back before the next "
                               "run, nothing else knows what was done",
                               copied.error().message));
  }

  const std::filesystem::path path_;
  const FileIdentity identity_;
  const RunLock lock_;
  SqliteDatabase& database_;
  std::optional<FileIdentity> log_;  // SQLite makes it with the first commit
};

}  // namespace

std::unique_ptr<Watch> watch_file(std::filesystem::path path, RunLock lock, SqliteDatabase& database) {
  return std::make_unique<FileWatch>(std::move(path), std::move(lock), database);
}

}  // namespace payferry::ledger
