#pragma once

#include <chrono>
#include <thread>

#include "core/result.hpp"

namespace payferry::intake {

// Pure: when a connection that was lost is tried again. Pauses double from a quarter of a second to the
// longest one; after `outage` without any it is hopeless.
class Reconnect {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  explicit Reconnect(std::chrono::milliseconds outage,
                     std::chrono::milliseconds longest_pause = std::chrono::seconds(30))
      : outage_(outage), longest_pause_(longest_pause) {}
  // Of a program that starts: it waits for half a minute, and looks often, because a broker that restarts may
  // be back any moment.
  static Reconnect at_start() { return Reconnect(std::chrono::seconds(30), std::chrono::seconds(2)); }

  void failed(Moment now);
  void succeeded();
  // How long it is until the next attempt.
  std::chrono::milliseconds pause(Moment now) const;
  bool is_due(Moment now) const { return pause(now).count() <= 0; }
  bool is_hopeless(Moment now) const { return failures_ > 0 && now - lost_ >= outage_; }

 private:
  std::chrono::milliseconds outage_;
  std::chrono::milliseconds longest_pause_;
  int failures_ = 0;
  Moment lost_{};
  Moment next_{};
};

// Tries until something else than `unreachable` comes of it, or for as long as a program that starts waits.
template <class T, class Open>
Result<T> first_contact(Open open) {
  using Clock = std::chrono::steady_clock;
  Reconnect reconnect = Reconnect::at_start();
  for (;;) {
    Result<T> opened = open();
    if (opened || opened.error().code != Errc::unreachable) return opened;
    reconnect.failed(Clock::now());
    if (reconnect.is_hopeless(Clock::now())) return opened;
    std::this_thread::sleep_for(reconnect.pause(Clock::now()));
  }
}

}  // namespace payferry::intake
