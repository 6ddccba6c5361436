#include "ledger/run_lock.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstring>
#include <thread>

#include "ledger/files.hpp"
#include "ledger/servers.hpp"

namespace payferry::ledger {
namespace {

Error refuse(std::string message) {
  return make_error(Errc::ledger, std::move(message));
}

std::string holder_of(int descriptor) {
  char text[32] = {};
  const ssize_t length = ::pread(descriptor, text, sizeof text - 1, 0);
  std::string pid(text, length > 0 ? static_cast<std::size_t>(length) : 0);
  while (!pid.empty() && pid.back() == '\n') pid.pop_back();
  return pid.empty() ? "another process" : "process " + pid;
}

Result<void> make_folder(const std::filesystem::path& path) {
  std::error_code failed;
  const std::filesystem::path folder = path.parent_path();
  if (!std::filesystem::exists(folder, failed)) {
    std::filesystem::create_directories(folder, failed);
    if (failed)
      return refuse(fmt::format("ledger {}: its folder cannot be made: {}; nothing was sent", path.string(),
                                failed.message()));
    std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
  }
  return {};
}

// Who only reads may have it for a moment, where a run was killed.
constexpr int kTries = 20;
constexpr std::chrono::milliseconds kBetweenTries{25};

bool lock(int descriptor, int tries) {
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    if (--tries == 0) return false;
    std::this_thread::sleep_for(kBetweenTries);
  }
  return true;
}

}  // namespace

Result<RunLock> RunLock::take(const LedgerPlace& ledger, Holding holding, const Waiting& waiting) {
  if (ledger.is_file()) return take_file(ledger.file(), kTries);
  Result<std::unique_ptr<Database>> connection = lock_server(ledger, holding, waiting);
  if (!connection) return connection.error();
  return RunLock(std::move(*connection));
}

Result<RunLock> RunLock::take_for_a_moment(const std::filesystem::path& ledger) {
  return take_file(ledger, 1);
}

Result<RunLock> RunLock::take_file(const std::filesystem::path& ledger, int tries) {
  const Result<void> made = make_folder(ledger);
  if (!made) return made.error();
  const std::string path = followed(ledger).string() + ".lock";
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (descriptor < 0)
    return refuse(fmt::format("ledger {}: its lock file cannot be made: {}; nothing was sent",
                              ledger.string(), std::strerror(errno)));
  if (!lock(descriptor, tries)) {
    const std::string holder = holder_of(descriptor);
    ::close(descriptor);
    return refuse(
        fmt::format("ledger {}: {} is using it; wait until that run has ended, or stop it. Nothing was sent",
                    ledger.string(), holder));
  }
  const std::string pid = std::to_string(::getpid()) + "\n";
  if (::ftruncate(descriptor, 0) == 0) {
    [[maybe_unused]] const ssize_t written = ::pwrite(descriptor, pid.data(), pid.size(), 0);
  }
  return RunLock(descriptor, FileIdentity(path, descriptor));
}

RunLock::~RunLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

}  // namespace payferry::ledger
