#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <utility>

#include "core/ledger_place.hpp"
#include "core/result.hpp"
#include "ledger/database.hpp"
#include "ledger/file_identity.hpp"

namespace payferry::ledger {

// Whether others may hold it too.
enum class Holding {
  alone,
  shared,  // by the workers of a fleet, on a server; a file is always held alone
};

// Asked about every half second, with what is wrong, by whoever waits for a server; false: do not go on.
using Waiting = std::function<bool(const Error& why)>;

// One writer at a time, or one fleet of them, by a lock that the kernel, or the server, drops when its
// process ends, however it ends.
class RunLock {
 public:
  // Makes the ledger's folder where there is none. Errors: ledger: held by another process, the folder cannot
  // be written, or the server not be reached: a file after half a second, a server at once, or after half a
  // minute where `waiting` is given. A symbolic link and the file that it leads to have one lock.
  static Result<RunLock> take(const LedgerPlace& ledger, Holding holding = Holding::alone,
                              const Waiting& waiting = {});
  // A file's, for something that is done within that half second. Does not wait itself.
  static Result<RunLock> take_for_a_moment(const std::filesystem::path& ledger);
  RunLock(RunLock&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)),
        file_(std::move(other.file_)),
        connection_(std::move(other.connection_)) {}
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

  // False: somebody removed the lock's file, and another process may hold a new one.
  bool still_held() const { return !file_ || file_->still_there(); }
  // A server's lock is the connection's: whoever writes does it by this one. Null for a file.
  std::unique_ptr<Database> connection() && { return std::move(connection_); }

 private:
  RunLock(int descriptor, FileIdentity file) : descriptor_(descriptor), file_(std::move(file)) {}
  explicit RunLock(std::unique_ptr<Database> connection) : connection_(std::move(connection)) {}
  static Result<RunLock> take_file(const std::filesystem::path& ledger, int tries);

  int descriptor_ = -1;
  std::optional<FileIdentity> file_;
  std::unique_ptr<Database> connection_;
};

}  // namespace payferry::ledger
