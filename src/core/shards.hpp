#pragma once

#include <bit>
#include <cstdint>

// The parts into which a ledger's lanes fall, so that workers can share them out. All items of a link are in
// one; an item without a link is for itself.
namespace payferry {

inline constexpr int kShardCount = 60;
// A bit for each.
using Shards = std::uint64_t;
inline constexpr Shards kAllShards = (Shards{1} << kShardCount) - 1;

inline int shard_of(std::int64_t link, std::int64_t item) {
  return static_cast<int>((link != 0 ? link : item) % kShardCount);
}
inline bool holds(Shards shards, int shard) {
  return ((shards >> shard) & 1) != 0;
}
inline int count_of(Shards shards) {
  return std::popcount(shards);
}

}  // namespace payferry
