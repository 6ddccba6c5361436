#pragma once

#include <string>

#include "telemetry/snapshot.hpp"

namespace payferry::telemetry {

// What `--summary` and `status --json` write: one JSON object of a fixed shape that scripts rely on, with a
// line end. by_endpoint always has clone, create_customer and attach, and the other endpoints where they were
// called; pending_reasons always has unknown.
std::string summary_json(const Snapshot& snapshot);

// The same with the run's warnings: what the ledger keeps of a run for reports.
std::string noted_json(const Snapshot& snapshot);

}  // namespace payferry::telemetry
