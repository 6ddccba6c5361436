#include "ledger/file_identity.hpp"

#include <sys/stat.h>

namespace payferry::ledger {

FileIdentity::FileIdentity(const std::filesystem::path& path) : path_(path) {
  struct stat found {};
  if (::stat(path_.c_str(), &found) == 0) {
    device_ = found.st_dev;
    inode_ = found.st_ino;
  }
}

FileIdentity::FileIdentity(const std::filesystem::path& path, int descriptor) : path_(path) {
  struct stat found {};
  if (::fstat(descriptor, &found) == 0) {
    device_ = found.st_dev;
    inode_ = found.st_ino;
  }
}

bool FileIdentity::still_there() const {
  struct stat found {};
  return ::stat(path_.c_str(), &found) == 0 && found.st_dev == device_ && found.st_ino == inode_;
}

}  // namespace payferry::ledger
