#pragma once

#include <sys/types.h>

#include <filesystem>

namespace payferry::ledger {

// Tells whether the file that a path names is still the one that was opened.
class FileIdentity {
 public:
  // The file that the path names now.
  explicit FileIdentity(const std::filesystem::path& path);
  // The open file behind the descriptor, which the path named when it was opened.
  FileIdentity(const std::filesystem::path& path, int descriptor);
  bool still_there() const;

 private:
  std::filesystem::path path_;
  dev_t device_ = 0;
  ino_t inode_ = 0;
};

}  // namespace payferry::ledger
