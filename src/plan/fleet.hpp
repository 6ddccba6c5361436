#pragma once

#include <span>
#include <vector>

#include "ledger/fleet_rules.hpp"

// How the workers of a fleet share the lanes and the limits. Each decides for itself, from what it reads of
// the others in one transaction at a time.
namespace payferry::plan {

// Shards of those whose lease has run out count as nobody's. Nobody takes more than its part, and whoever has
// more gives it up.
ledger::FleetDecision decide_fleet(const ledger::FleetView& view, bool reads);

// Parts of the whole by what each could use of it: nobody gets less than an equal part while it could use it,
// and what nobody asks for is spread over all. Their sum is 1.
std::vector<double> fair_shares(std::span<const double> demands);

}  // namespace payferry::plan
