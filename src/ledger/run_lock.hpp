#pragma once

#include <filesystem>
#include <utility>

#include "core/result.hpp"
#include "ledger/file_identity.hpp"

namespace payferry::ledger {

// One writer at a time, by a lock that the kernel drops when its process ends, however it ends.
class RunLock {
 public:
  // Makes the ledger's folder where there is none. Errors: ledger: held by another process, or the folder
  // cannot be written.
  static Result<RunLock> take(const std::filesystem::path& ledger);
  RunLock(RunLock&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)), file_(std::move(other.file_)) {}
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

  // False: somebody removed the lock's file, and another process may hold a new one.
  bool still_held() const { return file_.still_there(); }

 private:
  RunLock(int descriptor, FileIdentity file) : descriptor_(descriptor), file_(std::move(file)) {}
  int descriptor_;
  FileIdentity file_;
};

}  // namespace payferry::ledger
