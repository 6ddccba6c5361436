#include "throttle/turn_pace.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "throttle/bucket.hpp"

namespace payferry::throttle {
namespace {

// Turns so close to one another may be used together: no timer can tell them apart.
constexpr Nanoseconds kGrain = std::chrono::milliseconds(5);
// A rate does not decide if so many turns of a second stay unused, and such a part of them.
constexpr std::int64_t kFewSpare = 2;
constexpr std::int64_t kSparePart = 10;
constexpr double kSlowest = 0.001;
constexpr Nanoseconds kSecond = std::chrono::seconds(1);
// What is lost where a moment since 1970 is a double.
constexpr Nanoseconds kRounding = std::chrono::microseconds(1);

double to_seconds(Nanoseconds span) {
  return std::chrono::duration<double>(span).count();
}

}  // namespace

// A rate's turns as numbers.
class Grid {
 public:
  Grid(double per_second, const Turns& turns)
      : turns_(turns), per_second_(TurnPace::kPace * std::max(per_second, kSlowest)) {}

  SteadyTime time_of(std::int64_t turn) const {
    const std::chrono::duration<double> since(static_cast<double>(turn) / per_second_);
    return turns_.zero + std::chrono::duration_cast<Nanoseconds>(since);
  }
  // The last turn that has come, whose ever it is.
  std::int64_t at(SteadyTime moment) const {
    return std::llround(std::floor(to_seconds(moment + kRounding - turns_.zero) * per_second_));
  }
  // The turn that came next to it: rates and clocks change a little.
  std::int64_t nearest(SteadyTime moment) const {
    return std::llround(to_seconds(moment - turns_.zero) * per_second_);
  }
  // This worker's first from there on, and its last up to there.
  std::int64_t own_from(std::int64_t turn) const { return turn + std::countr_zero(ahead(place_of(turn))); }
  std::int64_t own_until(std::int64_t turn) const {
    const TurnSet up_to = ahead((place_of(turn) + 1) % kTurnCount);
    return turn - (std::countl_zero(up_to) - (64 - kTurnCount));
  }
  // How many of this worker's come after `from` and until `until`.
  std::int64_t own_between(std::int64_t from, std::int64_t until) const {
    return own_before(until + 1) - own_before(from + 1);
  }
  // Between two of this worker's turns, on average.
  Nanoseconds spacing() const {
    const std::chrono::duration<double> span(kTurnCount / (turns_.count() * per_second_));
    return std::chrono::duration_cast<Nanoseconds>(span);
  }

 private:
  static int place_of(std::int64_t turn) {
    return static_cast<int>((turn % kTurnCount + kTurnCount) % kTurnCount);
  }
  // The whole set, beginning at a place.
  TurnSet ahead(int place) const {
    return ((turns_.mine >> place) | (turns_.mine << (kTurnCount - place))) & kAllTurns;
  }
  std::int64_t own_before(std::int64_t turn) const {
    const int place = place_of(turn);
    const TurnSet begun = turns_.mine & ((TurnSet{1} << place) - 1);
    return (turn - place) / kTurnCount * turns_.count() + std::popcount(begun);
  }

  const Turns& turns_;
  double per_second_;
};

namespace {

// The turn that a call at `now` uses, or waits for.
std::int64_t turn_for(const Grid& grid, SteadyTime now, SteadyTime last_turn) {
  const std::int64_t latest = grid.own_until(grid.at(now));
  const std::int64_t first = std::min(latest, grid.at(now - kGrain) + 1);
  return grid.own_from(std::max(first, grid.nearest(last_turn) + 1));
}

// Between calls that do not wait for a turn.
Nanoseconds closest(const Grid& grid) {
  return std::chrono::duration_cast<Nanoseconds>(grid.spacing() / Bucket::kCatchUp);
}

std::int64_t spare(const Grid& grid) {
  return std::max(kFewSpare, kSecond / grid.spacing() / kSparePart);
}

// In which calls and turns are counted: a second, or where turns are rarer than that from one to the next.
Nanoseconds window_of(const Grid& grid) {
  return std::max(kSecond + TurnPace::kSlack, grid.spacing());
}

}  // namespace

std::int64_t TurnPace::room(const Grid& grid, SteadyTime at) const {
  const SteadyTime from = at - window_of(grid);
  const auto first = std::upper_bound(calls_.begin(), calls_.end(), from);
  return std::max<std::int64_t>(1, grid.own_between(grid.at(from), grid.at(at))) - (calls_.end() - first);
}

SteadyTime TurnPace::next_at(SteadyTime now, double per_second, const Turns& turns) {
  const Grid grid(per_second, turns);
  const Nanoseconds window = window_of(grid);
  while (!calls_.empty() && calls_.front() <= now - window) calls_.pop_front();
  // Whoever begins has missed no turn; nor has missed others' turns who gets some.
  if (last_turn_ == SteadyTime::min()) last_turn_ = grid.time_of(grid.at(now));
  if (turns.mine != mine_) had_since_ = now;
  mine_ = turns.mine;
  const SteadyTime at = std::max(now, grid.time_of(turn_for(grid, now, last_turn_)));
  if (at > now && !calls_.empty() && had_since_ <= now - window) {
    const SteadyTime unasked = paced_ ? now : std::max(now, calls_.back() + closest(grid));
    if (unasked < at && room(grid, unasked) > spare(grid)) return unasked;
  }
  const std::int64_t missing = 1 - room(grid, at);
  if (missing <= 0) return at;
  const auto first = std::upper_bound(calls_.begin(), calls_.end(), at - window);
  return first[missing - 1] + window;
}

void TurnPace::take(SteadyTime now, double per_second, const Turns& turns) {
  const Grid grid(per_second, turns);
  const SteadyTime turn = grid.time_of(turn_for(grid, now, last_turn_));
  if (turn <= now) last_turn_ = turn;
  calls_.push_back(now);
}

}  // namespace payferry::throttle
