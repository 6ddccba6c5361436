#include "telemetry/catalogue.hpp"

namespace payferry::telemetry {
namespace {

using enum MetricKind;

constexpr std::array<MetricInfo, kMetricCount> kCatalogue{{
    {Metric::build_info, "payferry_build_info", gauge, "Always 1; the version is in the label.", "version"},
    {Metric::run_start_time, "payferry_run_start_time_seconds", gauge,
     "When this run began, in seconds since 1970.", ""},
    {Metric::items_read, "payferry_items_read", gauge,
     "Entries that the reader has counted in the present input; equals the sum of payferry_items.", ""},
    {Metric::items, "payferry_items", gauge, "Entries of the present input by what became of them.", "state"},
    {Metric::pending_items, "payferry_pending_items", gauge,
     "Pending items that are parked for this run, by why.", "reason"},
    {Metric::input_lines, "payferry_input_lines", gauge, "Lines of the present input that were read.", ""},
    {Metric::input_complete, "payferry_input_complete", gauge,
     "1 when the present input was read to its end.", ""},
    {Metric::customers, "payferry_customers", gauge,
     "Customers on connected accounts that hold clones, by origin.", "origin"},
    {Metric::possible_orphans, "payferry_possible_orphans", gauge,
     "Unattached, unusable clones that may exist after lost answers.", ""},
    {Metric::accounts_in_trouble, "payferry_accounts_in_trouble", gauge,
     "Connected accounts that are lost, blocked or held.", ""},
    {Metric::warnings, "payferry_warnings_total", counter,
     "Accounts and items of this run that somebody should look at, by why.", "code"},
    {Metric::last_success, "payferry_last_success_timestamp_seconds", gauge,
     "When an item last succeeded, in seconds since 1970; 0 if none did in this run.", ""},
    {Metric::requests, "payferry_requests_total", counter, "Requests to Stripe by what the answer meant.",
     "endpoint,class"},
    {Metric::request_retries, "payferry_request_retries_total", counter,
     "Requests that had been sent before.", ""},
    {Metric::rate_limited, "payferry_rate_limited_total", counter,
     "Answers that said: too much, by Stripe's reason.", "reason"},
    {Metric::request_duration, "payferry_request_duration_seconds", histogram,
     "From the first byte of a request to the last byte of its answer.", "endpoint"},
    {Metric::requests_in_flight, "payferry_requests_in_flight", gauge, "Requests that wait for their answer.",
     ""},
    {Metric::in_flight_limit, "payferry_in_flight_limit", gauge, "How many may be in flight.", ""},
    {Metric::rate_limit, "payferry_rate_limit_requests_per_second", gauge,
     "The platform's rate limits: configured, in force now, and where Stripe last refused.", "limit,kind"},
    {Metric::throttle_wait, "payferry_throttle_wait_seconds_total", counter,
     "Time in which something waited and nothing could go, by what it waited for.", "cause"},
    {Metric::commit_duration, "payferry_ledger_commit_duration_seconds", histogram,
     "How long a commit of the ledger took.", ""},
    {Metric::commit_records, "payferry_ledger_commit_records", histogram,
     "How many operations shared a commit.", ""},
}};

constexpr bool in_order() {
  for (std::size_t at = 0; at < kCatalogue.size(); ++at)
    if (static_cast<std::size_t>(kCatalogue[at].metric) != at) return false;
  return true;
}
static_assert(in_order());

}  // namespace

std::span<const MetricInfo> catalogue() {
  return kCatalogue;
}

const MetricInfo& info_of(Metric metric) {
  return kCatalogue[static_cast<std::size_t>(metric)];
}

}  // namespace payferry::telemetry
