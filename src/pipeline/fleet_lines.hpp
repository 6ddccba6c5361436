#pragma once

#include <vector>

#include "ledger/fleet.hpp"
#include "telemetry/snapshot.hpp"

namespace payferry::pipeline {

// The fleet as it is shown; `self`: the worker that shows it, 0: nobody of them.
std::vector<telemetry::FleetLine> fleet_lines(const std::vector<ledger::FleetWorker>& workers,
                                              std::int64_t self);

}  // namespace payferry::pipeline
