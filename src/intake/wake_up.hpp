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

 private:
  int descriptor_;
};

}  // namespace payferry::intake
