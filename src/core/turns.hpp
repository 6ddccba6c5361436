#pragma once

#include <bit>
#include <cstdint>

#include "core/clock.hpp"

namespace payferry {

// The limits of a fleet are shared by turns. At every rate there is a turn for each call, evenly spaced and
// numbered by the clock of the ledger's server; the number modulo kTurnCount says whose it is. So the turns
// of all workers together never come closer than the rate allows, whoever has how many of them.
inline constexpr int kTurnCount = 60;
// A bit for each.
using TurnSet = std::uint64_t;
inline constexpr TurnSet kAllTurns = (TurnSet{1} << kTurnCount) - 1;

// Of the whole, 0 to 1.
inline double part_of(TurnSet turns) {
  return static_cast<double>(std::popcount(turns)) / kTurnCount;
}

// Which turns a worker has, and when the turn of number 0 was.
struct Turns {
  TurnSet mine = kAllTurns;
  SteadyTime zero;

  bool are_all() const { return mine == kAllTurns; }
  int count() const { return std::popcount(mine); }
  // Asked at every grant, and nearly always of all.
  double part() const { return are_all() ? 1 : part_of(mine); }

  bool operator==(const Turns&) const = default;
};

}  // namespace payferry
