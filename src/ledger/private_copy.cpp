#include "ledger/private_copy.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

namespace payferry::ledger {
namespace {

namespace fs = std::filesystem;

constexpr std::array<const char*, 2> kParts{"", "-wal"};

fs::path part_of(const fs::path& file, const char* part) {
  return file.string() + part;
}

bool has_shared_memory(const fs::path& ledger) {
  std::error_code failed;
  return fs::exists(part_of(ledger, "-shm"), failed);
}

bool is_closed(const fs::path& ledger) {
  const fs::path folder = ledger.has_parent_path() ? ledger.parent_path() : ".";
  return ::faccessat(AT_FDCWD, folder.c_str(), W_OK, AT_EACCESS) != 0;
}

// What changes with every write to a file. A part that is not there is all zero.
struct Look {
  ino_t inode = 0;
  off_t size = 0;
  std::int64_t seconds = 0;
  std::int64_t nanoseconds = 0;

  bool operator==(const Look&) const = default;
};
using Looks = std::array<Look, kParts.size()>;

Looks look_at(const fs::path& ledger) {
  Looks looks;
  for (std::size_t at = 0; at < kParts.size(); ++at) {
    struct stat found {};
    if (::stat(part_of(ledger, kParts[at]).c_str(), &found) == 0)
      looks[at] = {found.st_ino, found.st_size, found.st_mtim.tv_sec, found.st_mtim.tv_nsec};
  }
  return looks;
}

Error cannot_copy(const fs::path& ledger, const std::string& why) {
  return make_error(Errc::ledger,
                    fmt::format("ledger {}: its folder cannot be written, so that a copy has to be read, and "
                                "there can be none: {}; "
                                "make room, or name another folder in TMPDIR. The ledger was not changed",
                                ledger.string(), why));
}

Result<std::unique_ptr<PrivateCopy>> make_folder(const fs::path& ledger) {
  std::error_code failed;
  const fs::path under = fs::temp_directory_path(failed);
  if (failed) return cannot_copy(ledger, failed.message());
  std::string name = (under / "payferry-ledger-XXXXXX").string();
  if (!::mkdtemp(name.data())) return cannot_copy(ledger, under.string() + ": " + std::strerror(errno));
  return std::make_unique<PrivateCopy>(name);
}

Result<void> copy_part(const fs::path& ledger, const char* part, const fs::path& to) {
  std::error_code failed;
  fs::copy_file(part_of(ledger, part), part_of(to, part), failed);
  if (failed) return cannot_copy(ledger, failed.message());
  fs::permissions(part_of(to, part), fs::perms::owner_read | fs::perms::owner_write, failed);
  return {};
}

}  // namespace

PrivateCopy::~PrivateCopy() {
  std::error_code failed;
  fs::remove_all(folder_, failed);
}

Result<std::unique_ptr<PrivateCopy>> copy_where_closed(const fs::path& ledger) {
  // Whoever has the ledger open, or was killed over it, has left shared memory, by which SQLite reads beside
  // him.
  if (!is_closed(ledger) || has_shared_memory(ledger)) return std::unique_ptr<PrivateCopy>();
  Result<std::unique_ptr<PrivateCopy>> copied = make_folder(ledger);
  if (!copied) return copied;
  const Looks before = look_at(ledger);
  for (std::size_t at = 0; at < kParts.size(); ++at) {
    if (before[at] == Look{}) continue;
    const Result<void> made = copy_part(ledger, kParts[at], (*copied)->file());
    if (!made) return made.error();
  }
  // A run makes the shared memory before it writes anything, and changes the file before it takes that away.
  if (has_shared_memory(ledger) || look_at(ledger) != before)
    return make_error(
        Errc::ledger,
        fmt::format("ledger {}: a run has begun to use it at this moment; run the same command again",
                    ledger.string()));
  return copied;
}

}  // namespace payferry::ledger
