#include "plan/fleet.hpp"

#include <algorithm>
#include <numeric>

namespace payferry::plan {

using ledger::FleetDecision;
using ledger::FleetMember;
using ledger::FleetView;
using ledger::kListShard;
using ledger::kNothingLeft;

namespace {

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

// Less than my fair part while others have not given up theirs yet: the sum is never above the whole.
double share_of(const FleetView& view) {
  std::vector<double> demands{1};
  double others = 0;
  for (const FleetMember& member : view.members) {
    if (member.worker == view.me) demands[0] = member.demand;
    if (member.worker == view.me || !member.present) continue;
    demands.push_back(member.demand);
    others += member.granted;
  }
  return std::max(0.0, std::min(fair_shares(demands)[0], 1 - others));
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
  decision.share = share_of(view);
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
