#include "notify/command.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/redact.hpp"

namespace payferry::notify {
namespace {

constexpr std::chrono::milliseconds kLookEvery{20};

// The text as a file without a name: however slowly it is read, nobody waits for the reader.
int input_file(const std::string& text) {
  const int file = ::memfd_create("payferry-notification", MFD_CLOEXEC);
  if (file < 0) return -1;
  const bool written = ::write(file, text.data(), text.size()) == static_cast<ssize_t>(text.size());
  if (written && ::lseek(file, 0, SEEK_SET) == 0) return file;
  ::close(file);
  return -1;
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> all;
  for (std::string& text : texts) all.push_back(text.data());
  all.push_back(nullptr);
  return all;
}

// A process group of its own, no file of ours, and signals as a shell would hand them down.
int spawn(pid_t& pid, std::vector<std::string> argv, std::vector<std::string> environment, int input) {
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);
  posix_spawnattr_t how;
  posix_spawnattr_init(&how);
  sigset_t signals;
  sigemptyset(&signals);
  posix_spawnattr_setsigmask(&how, &signals);
  for (const int number : {SIGPIPE, SIGXFSZ, SIGINT, SIGTERM}) sigaddset(&signals, number);
  posix_spawnattr_setsigdefault(&how, &signals);
  posix_spawnattr_setpgroup(&how, 0);
  posix_spawnattr_setflags(&how, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK);
  const int failed = ::posix_spawnp(&pid, argv.front().c_str(), &files, &how, pointers(argv).data(),
                                    pointers(environment).data());
  posix_spawnattr_destroy(&how);
  posix_spawn_file_actions_destroy(&files);
  return failed;
}

std::vector<std::string> our_environment() {
  std::vector<std::string> all;
  for (char** entry = environ; *entry != nullptr; ++entry) all.emplace_back(*entry);
  return all;
}

Result<void> judged(int status) {
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return {};
  if (WIFEXITED(status)) return make_error(Errc::io, fmt::format("it exited with {}", WEXITSTATUS(status)));
  return make_error(Errc::io, fmt::format("it was ended by signal {}", WTERMSIG(status)));
}

}  // namespace

std::vector<std::string> environment_without(const std::vector<std::string>& environment,
                                             const std::vector<std::string>& secrets) {
  std::vector<std::string> kept;
  for (const std::string& entry : environment) {
    const std::string value = entry.substr(std::min(entry.find('=') + 1, entry.size()));
    bool secret = holds_key(value);
    for (const std::string& known : secrets)
      secret = secret || (!known.empty() && value.find(known) != std::string::npos);
    if (!secret) kept.push_back(entry);
  }
  return kept;
}

Command::Command(async::Time& time, std::vector<std::string> argv, std::vector<std::string> secrets)
    : time_(time), alarm_(time.make_alarm()), argv_(std::move(argv)), secrets_(std::move(secrets)) {}

async::Task<Result<void>> Command::run(std::string input, SteadyTime deadline) {
  deadline_ = deadline;
  const int file = input_file(input);
  if (file < 0)
    co_return make_error(Errc::io, std::string("its input cannot be made: ") + std::strerror(errno));
  pid_t pid = 0;
  const int failed = spawn(pid, argv_, environment_without(our_environment(), secrets_), file);
  ::close(file);
  if (failed != 0)
    co_return make_error(Errc::io, "it cannot be started: " + std::string(std::strerror(failed)));
  int status = 0;
  pid_t ended = ::waitpid(pid, &status, WNOHANG);
  while (ended == 0 && time_.clock().steady() < deadline_) {
    const SteadyTime next = std::min(deadline_, time_.clock().steady() + kLookEvery);
    co_await alarm_->wait_until(next);
    ended = ::waitpid(pid, &status, WNOHANG);
  }
  if (ended == pid) co_return judged(status);
  ::kill(-pid, SIGKILL);
  ::waitpid(pid, &status, 0);
  co_return make_error(Errc::interrupted, "it took too long and was killed");
}

void Command::hurry(SteadyTime deadline) {
  deadline_ = std::min(deadline_, deadline);
}

}  // namespace payferry::notify
