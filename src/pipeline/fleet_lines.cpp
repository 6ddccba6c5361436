#include "pipeline/fleet_lines.hpp"

#include "telemetry/fleet.hpp"

namespace payferry::pipeline {

std::vector<telemetry::FleetLine> fleet_lines(const std::vector<ledger::FleetWorker>& workers,
                                              std::int64_t self) {
  std::vector<telemetry::FleetLine> lines;
  for (const ledger::FleetWorker& each : workers) {
    telemetry::FleetLine line;
    line.name = each.name;
    line.job = each.job;
    line.is_self = each.id == self;
    line.live = each.live;
    line.share = each.share;
    line.lanes = each.shards;
    line.reads = each.reads;
    line.idle = each.idle;
    telemetry::read_told(each.shown, line);
    lines.push_back(std::move(line));
  }
  return lines;
}

}  // namespace payferry::pipeline
