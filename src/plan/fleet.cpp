#include "plan/fleet.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

namespace payferry::plan {

using ledger::FleetDecision;
using ledger::FleetMember;
using ledger::FleetView;
using ledger::kListShard;
using ledger::kNothingLeft;

namespace {

constexpr double kRounding = 1e-9;

const FleetMember* find(const FleetView& view, std::int64_t worker) {
  const auto found = std::find_if(view.members.begin(), view.members.end(),
                                  [&](const FleetMember& member) { return member.worker == worker; });
  return found == view.members.end() ? nullptr : &*found;
}

bool is_free(const FleetView& view, int shard) {
  const std::int64_t owner = view.owners[static_cast<std::size_t>(shard)];
  const FleetMember* member = find(view, owner);
  return owner <= 0 || !member || !member->live;
}

// How many turns each of those who count has; all of them together have all.
std::vector<int> counts_of(const std::vector<double>& shares) {
  std::vector<int> counts(shares.size());
  std::vector<double> rests(shares.size());
  int left = kTurnCount;
  for (std::size_t at = 0; at < shares.size(); ++at) {
    const double exact = shares[at] * kTurnCount;
    counts[at] = static_cast<int>(std::floor(exact + kRounding));
    rests[at] = exact - counts[at];
    left -= counts[at];
  }
  std::vector<std::size_t> order(shares.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return rests[a] > rests[b] + kRounding; });
  for (std::size_t at = 0; left > 0; ++at, --left) ++counts[order[at % order.size()]];
  return counts;
}

// So many of them. Neighbours in this order are far apart in time, and as many of them as there are in a row
// are evenly spread: the step is near the golden section's (multiples of a ratio, the three-distance
// theorem).
TurnSet first_of(TurnSet turns, int count) {
  constexpr int kStep = 13;
  TurnSet chosen = 0;
  for (int at = 0; at < kTurnCount && std::popcount(chosen) < count; ++at)
    chosen |= turns & (TurnSet{1} << (kStep * at % kTurnCount));
  return chosen;
}

// Fewer than my fair part while others have not given up theirs yet: no turn is ever two workers'.
TurnSet turns_of(const FleetView& view) {
  std::vector<double> demands;
  std::size_t mine = 0;
  TurnSet granted = 0, others = 0;
  for (const FleetMember& member : view.members) {
    if (member.worker == view.me) mine = demands.size(), granted = member.granted;
    if (member.worker != view.me && !member.present) continue;
    if (member.worker != view.me) others |= member.granted;
    demands.push_back(member.demand);
  }
  const int count = counts_of(fair_shares(demands))[mine];
  granted &= ~others;
  const int kept = std::popcount(granted);
  if (kept >= count) return first_of(granted, count);
  return granted | first_of(kAllTurns & ~others & ~granted, count - kept);
}

bool everybody_is_idle(const FleetView& view) {
  const bool idle = std::all_of(view.members.begin(), view.members.end(),
                                [](const FleetMember& member) { return member.live && member.idle; });
  if (!idle) return false;
  return std::all_of(view.owners.begin(), view.owners.end() - 1,
                     [&](std::int64_t owner) { return owner == kNothingLeft || find(view, owner); });
}

void share_lanes(const FleetView& view, FleetDecision& decision) {
  const auto live = std::count_if(view.members.begin(), view.members.end(),
                                  [](const FleetMember& member) { return member.live; });
  const int part = (kShardCount + static_cast<int>(live) - 1) / std::max(1, static_cast<int>(live));
  int kept = 0;
  for (int shard = 0; shard < kShardCount; ++shard) {
    if (view.owners[static_cast<std::size_t>(shard)] != view.me) continue;
    decision.mine |= Shards{1} << shard;
    if (++kept > part) decision.surplus |= Shards{1} << shard;
  }
  for (int shard = 0; shard < kShardCount && kept < part; ++shard) {
    if (!is_free(view, shard)) continue;
    decision.take.push_back(shard);
    decision.mine |= Shards{1} << shard;
    ++kept;
  }
}

}  // namespace

FleetDecision decide_fleet(const FleetView& view, bool reads) {
  FleetDecision decision;
  decision.turns = turns_of(view);
  decision.all_idle = everybody_is_idle(view);
  share_lanes(view, decision);
  decision.reads_list = view.owners[kListShard] == view.me;
  if (reads && is_free(view, kListShard)) {
    decision.take.push_back(kListShard);
    decision.reads_list = true;
  }
  return decision;
}

std::vector<double> fair_shares(std::span<const double> demands) {
  std::vector<std::size_t> order(demands.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return demands[a] < demands[b]; });
  std::vector<double> shares(demands.size());
  double left = 1;
  for (std::size_t at = 0; at < order.size(); ++at) {
    const double equal = left / static_cast<double>(order.size() - at);
    shares[order[at]] = std::clamp(demands[order[at]], 0.0, equal);
    left -= shares[order[at]];
  }
  for (double& share : shares) share += left / static_cast<double>(shares.size());
  return shares;
}

}  // namespace payferry::plan
