#pragma once

#include <chrono>
#include <thread>

#include "core/result.hpp"

namespace payferry::intake {

// Pure: when a connection that was lost is tried again. Pauses double from a quarter of a second to half a
// minute; after `outage` without any it is hopeless.
class Reconnect {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  explicit Reconnect(std::chrono::milliseconds outage) : outage_(outage) {}

  void failed(Moment now);
  void succeeded();
  // How long it is until the next attempt.
  std::chrono::milliseconds pause(Moment now) const;
  bool is_due(Moment now) const { return pause(now).count() <= 0; }
  bool is_hopeless(Moment now) const { return failures_ > 0 && now - lost_ >= outage_; }

 private:
  std::chrono::milliseconds outage_;
  int failures_ = 0;
  Moment lost_{};
  Moment next_{};
};

// How long a program that starts waits for whom it needs.
inline constexpr std::chrono::seconds kFirstContact{25};

// Tries until something else than `unreachable` comes of it, or for kFirstContact.
template <class T, class Open>
Result<T> first_contact(Open open) {
  using Clock = std::chrono::steady_clock;
  Reconnect reconnect(kFirstContact);
  for (;;) {
    Result<T> opened = open();
    if (opened || opened.error().code != Errc::unreachable) return opened;
    reconnect.failed(Clock::now());
    if (reconnect.is_hopeless(Clock::now() + reconnect.pause(Clock::now()))) return opened;
    std::this_thread::sleep_for(reconnect.pause(Clock::now()));
  }
}

}  // namespace payferry::intake
