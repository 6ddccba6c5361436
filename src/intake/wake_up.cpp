#include "intake/wake_up.hpp"

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace payferry::intake {

WakeUp::WakeUp() : descriptor_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (descriptor_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

WakeUp::~WakeUp() {
  ::close(descriptor_);
}

void WakeUp::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const ssize_t written = ::write(descriptor_, &one, sizeof one);
}

bool WakeUp::is_woken() const noexcept {
  pollfd watched{descriptor_, POLLIN, 0};
  return ::poll(&watched, 1, 0) == 1;
}

void WakeUp::wait(int socket, std::chrono::milliseconds most, bool or_written) noexcept {
  const auto events = static_cast<short>(or_written ? POLLIN | POLLOUT : POLLIN);
  pollfd watched[2] = {{descriptor_, POLLIN, 0}, {socket, events, 0}};
  const auto longest = std::clamp<std::chrono::milliseconds::rep>(most.count(), 0, 60'000);
  ::poll(watched, socket < 0 ? 1 : 2, static_cast<int>(longest));
  std::uint64_t forgotten = 0;
  [[maybe_unused]] const ssize_t got = ::read(descriptor_, &forgotten, sizeof forgotten);
}

}  // namespace payferry::intake
