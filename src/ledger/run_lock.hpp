#pragma once

#include <filesystem>
#include <utility>

#include "core/result.hpp"

namespace payferry::ledger {

// One writer at a time, by a lock that the kernel drops when its process ends, however it ends.
class RunLock {
 public:
  // Makes the ledger's folder where there is none. Errors: ledger: held by another process, or the folder
  // cannot be written.
  static Result<RunLock> take(const std::filesystem::path& ledger);
  RunLock(RunLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  RunLock& operator=(RunLock&&) = delete;
  ~RunLock();

 private:
  explicit RunLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace payferry::ledger
