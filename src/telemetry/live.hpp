#pragma once

#include <string>

#include "telemetry/snapshot.hpp"

namespace payferry::telemetry {

// A run that is going on, as `status` and the live page show it: one JSON object on one line, without a line
// end. Its keys are described in docs/schemas/summary.schema.json.
std::string live_json(const Snapshot& now, std::int64_t at_ms);

}  // namespace payferry::telemetry
