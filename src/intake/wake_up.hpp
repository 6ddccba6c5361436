#pragma once

#include <chrono>

namespace payferry::intake {

// Wakes a thread that waits for a socket, from any other thread.
class WakeUp {
 public:
  WakeUp();
  ~WakeUp();
  WakeUp(const WakeUp&) = delete;
  WakeUp& operator=(const WakeUp&) = delete;

  void wake() noexcept;
  // Until the socket (-1: none) can be read (or also: be written to), somebody wakes, or so long; what woke
  // is forgotten.
  void wait(int socket, std::chrono::milliseconds most, bool or_written = false) noexcept;
  // Somebody woke since the last wait.
  bool is_woken() const noexcept;
  // Can be read when somebody woke. Whoever writes eight bytes there, a 1, wakes too.
  int descriptor() const noexcept { return descriptor_; }

 private:
  int descriptor_;
};

}  // namespace payferry::intake
