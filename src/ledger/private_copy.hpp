#pragma once

#include <filesystem>
#include <memory>

#include "core/result.hpp"

namespace payferry::ledger {

// A copy of a ledger in a folder of its own under the system's temporary one (TMPDIR), which nobody else can
// read. It is removed with this object; who has opened it by then reads on.
class PrivateCopy {
 public:
  explicit PrivateCopy(std::filesystem::path folder) : folder_(std::move(folder)) {}
  PrivateCopy(const PrivateCopy&) = delete;
  PrivateCopy& operator=(const PrivateCopy&) = delete;
  ~PrivateCopy();

  std::filesystem::path file() const { return folder_ / "ledger.db"; }

 private:
  std::filesystem::path folder_;
};

// None where SQLite can read the file itself; `ledger` is no symbolic link. SQLite makes files beside a
// ledger even to read it; where it cannot, and no run has made them, the ledger is copied. Errors: ledger: no
// room for the copy, or a run began meanwhile.
Result<std::unique_ptr<PrivateCopy>> copy_where_closed(const std::filesystem::path& ledger);

}  // namespace payferry::ledger
