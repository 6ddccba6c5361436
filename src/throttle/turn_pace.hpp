#pragma once

#include <deque>

#include "core/clock.hpp"
#include "core/turns.hpp"

namespace payferry::throttle {

class Grid;

// The pace of a worker that shares a rate: it calls when its turns come, and at no call are there more of
// them in the last second than turns. So all workers together stay within the rate over any second, but for
// calls that are late just then. A turn that was missed may be made up until the worker's next one comes.
// Where it leaves many turns unused the rate is not what decides, and a call need not wait for one.
//
// Turns come by kPace of the rate. What is missing is the room for what a network does with two calls on
// their way: a second may seem shorter by kSlack.
class TurnPace {
 public:
  static constexpr double kPace = 0.995;
  static constexpr Nanoseconds kSlack = std::chrono::milliseconds(4);

  // What goes without a turn keeps the pace of Bucket, or, `paced` otherwise already, none.
  explicit TurnPace(bool paced) : paced_(paced) {}

  // The earliest moment, not before `now`, for a call: by a rate of `per_second` for all workers together, of
  // which `turns`, at least one, are this worker's. Asked again then, it may name a later one.
  SteadyTime next_at(SteadyTime now, double per_second, const Turns& turns);
  // A call goes at `now`, as next_at() said.
  void take(SteadyTime now, double per_second, const Turns& turns);

 private:
  // How many more turns than calls there are in the last second before then.
  std::int64_t room(const Grid& grid, SteadyTime at) const;

  bool paced_;
  std::deque<SteadyTime> calls_;  // of the last moments, in which they count
  TurnSet mine_ = 0;
  SteadyTime had_since_;                      // the same turns
  SteadyTime last_turn_ = SteadyTime::min();  // when the turn came that was used last
};

}  // namespace payferry::throttle
