#pragma once

#include <string>
#include <string_view>

#include "telemetry/snapshot.hpp"

namespace payferry::telemetry {

// What a worker tells the others of itself, as JSON.
std::string told_to_fleet(const Snapshot& now);
// Puts that into a line of the fleet; what cannot be read stays as it is.
void read_told(std::string_view told, FleetLine& line);

// The fleet as a JSON array, one object a worker.
std::string fleet_json(const std::vector<FleetLine>& fleet);

}  // namespace payferry::telemetry
