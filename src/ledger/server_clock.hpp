#pragma once

#include <optional>

#include "core/clock.hpp"

namespace payferry::ledger {

// Where a server's clock stands, by the answers of a server that was asked for it. The quickest answer of the
// last ones says it best; one that contradicts it says that a clock was set.
class ServerClock {
 public:
  // Asked at `before`, answered at `after`, and the server's clock stood at `server` since 1970.
  void heard(SteadyTime before, SteadyTime after, Nanoseconds server) {
    const Nanoseconds half = (after - before) / 2;
    const SteadyTime zero = before + half - server;
    const bool contradicts = best_ && std::chrono::abs(zero - best_->zero) > half + best_->half + kDrift;
    if (best_ && !contradicts && half > best_->half && ++age_ < kRemembered) return;
    best_ = Sample{zero, half};
    age_ = 0;
  }
  // When it was 1970 by the server's clock. After heard().
  SteadyTime zero() const { return best_->zero; }

 private:
  static constexpr int kRemembered = 20;  // answers
  static constexpr Nanoseconds kDrift = std::chrono::milliseconds(2);

  struct Sample {
    SteadyTime zero;
    Nanoseconds half;  // it is off by no more than that
  };
  std::optional<Sample> best_;
  int age_ = 0;
};

}  // namespace payferry::ledger
