#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>

#include "core/words.hpp"

namespace payferry::ledger {

// Where the present input of a job stands, counted from the states of its entries (`by_state`, `rejected`)
// and, for what leaves no state behind, from counters that were committed with the entries.
struct Tally {
  std::uint64_t lines = 0;
  std::uint64_t read = 0;  // the reader's own counter
  bool complete = false;
  std::uint64_t rejected = 0;
  std::uint64_t duplicate = 0;
  std::uint64_t amended = 0;
  std::uint64_t differing = 0;
  std::array<std::uint64_t, kStates.size()> by_state{};
  std::map<std::string, std::uint64_t> pending_reasons;  // of items that are pending for a reason
  std::map<std::string, std::uint64_t> failures;         // by code
  std::map<std::string, std::uint64_t> rejections;       // by code
  std::uint64_t customers_created = 0;
  std::uint64_t customers_reused = 0;
  std::uint64_t possible_orphans = 0;
  std::uint64_t rolled_back = 0;  // of the skipped
  std::uint64_t taking_back = 0;  // of the succeeded: a rollback that was cut off has asked to detach them

  std::uint64_t count(State state) const { return by_state[static_cast<std::size_t>(state)]; }
  // DESIGN 3.4.3: every entry is in exactly one place.
  bool balanced() const {
    std::uint64_t sum = rejected + duplicate;
    for (const std::uint64_t n : by_state) sum += n;
    return read == sum;
  }
};

}  // namespace payferry::ledger
