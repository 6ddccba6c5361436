#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/shards.hpp"
#include "core/turns.hpp"

// What a worker sees of its fleet, and what it makes of it; plan/fleet decides.
namespace payferry::ledger {

// A job's list is read by one worker: a part of its own, beside the lanes'.
inline constexpr int kListShard = kShardCount;
// The owner of a shard that was left with nothing to do in it.
inline constexpr std::int64_t kNothingLeft = -1;

struct FleetMember {
  std::int64_t worker = 0;
  bool live = true;     // its lease has not run out
  bool present = true;  // it was heard of so lately that its share of the limits counts
  TurnSet granted = 0;  // that it may be using now
  double demand = 1;    // the part of the whole that it could use
  bool idle = false;    // it has nothing to move, and nothing to read
};

// What one transaction sees: everybody, me among them, and who has which shard (0: nobody, kNothingLeft).
struct FleetView {
  std::int64_t me = 0;
  std::vector<FleetMember> members;
  std::vector<std::int64_t> owners;  // by shard; the last is the list's
};

struct FleetDecision {
  TurnSet turns = 0;      // that I may use from now on; none: nothing yet
  Shards mine = 0;        // lanes that I have, the newly taken among them
  Shards surplus = 0;     // of those: more than my part, to be given up when nothing is in flight there
  std::vector<int> take;  // shards to be taken now, the list's too
  bool reads_list = false;
  bool all_idle = false;  // nobody has anything to do any more
};

// `reads`: whether I could read the list.
using FleetRules = std::function<FleetDecision(const FleetView& view, bool reads)>;

}  // namespace payferry::ledger
