#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace payferry::telemetry {

enum class MetricKind : std::uint8_t { counter, gauge, histogram };

// Every metric, in the order in which they are shown.
enum class Metric : std::uint8_t {
  build_info,
  run_start_time,
  run_end_time,
  run_active,
  run_outcome,
  paused,
  skipped_accounts,
  steered,
  last_steered,
  time_left,
  items_read,
  items,
  pending_items,
  input_lines,
  input_complete,
  customers,
  possible_orphans,
  accounts_in_trouble,
  breakers_open,
  fleet_workers,
  fleet_share,
  fleet_lanes,
  warnings,
  last_success,
  requests,
  request_retries,
  rate_limited,
  request_duration,
  requests_in_flight,
  in_flight_limit,
  rate_limit,
  throttle_wait,
  clock_skew,
  commit_duration,
  commit_records,
};
inline constexpr std::size_t kMetricCount = 35;

struct MetricInfo {
  Metric metric;
  std::string_view name;
  MetricKind kind;
  std::string_view help;
  std::string_view labels;  // comma-separated; each has a closed set of values
};

// What the families are built from, and what documentation is generated from. No label's number of values
// grows with the input.
std::span<const MetricInfo> catalogue();
const MetricInfo& info_of(Metric metric);

// The label that all of them bear: which job they speak of. Prometheus keeps `job` for itself.
inline constexpr std::string_view kJobLabel = "payferry_job";

// docs/metrics.md.
std::string catalogue_page();

}  // namespace payferry::telemetry
