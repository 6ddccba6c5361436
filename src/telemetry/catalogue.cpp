#include "telemetry/catalogue.hpp"

#include <utility>

namespace payferry::telemetry {
namespace {

using enum MetricKind;

constexpr std::array<MetricInfo, kMetricCount> kCatalogue{{
    {Metric::build_info, "payferry_build_info", gauge, "Always 1; the version is in the label.", "version"},
    {Metric::run_start_time, "payferry_run_start_time_seconds", gauge,
     "When this run began, in seconds since 1970.", ""},
    {Metric::run_end_time, "payferry_run_end_time_seconds", gauge,
     "When this run ended, in seconds since 1970; 0 while it is going on.", ""},
    {Metric::run_active, "payferry_run_active", gauge,
     "1 while this run is going on; 0 in what it leaves behind.", ""},
    {Metric::run_outcome, "payferry_run_outcome", gauge,
     "1 for the outcome with which this run ended, 0 for the others; all 0 while it is going on.", "outcome"},
    {Metric::paused, "payferry_paused", gauge, "1 while somebody has paused this run.", ""},
    {Metric::skipped_accounts, "payferry_skipped_accounts", gauge,
     "Connected accounts that somebody told this run to leave.", ""},
    {Metric::steered, "payferry_steered_total", counter, "Changes that were made to this run by hand.",
     "what"},
    {Metric::last_steered, "payferry_last_steered_timestamp_seconds", gauge,
     "When this run was last steered by hand, in seconds since 1970; 0 if it was not.", ""},
    {Metric::time_left, "payferry_time_left_seconds", gauge,
     "What is left at the present rate; NaN while nobody can tell.", ""},
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
    {Metric::breakers_open, "payferry_breakers_open", gauge,
     "Connected accounts that are held for a pause because they fail while others work.", ""},
    {Metric::fleet_workers, "payferry_fleet_workers", gauge,
     "Workers that share the ledger, by whether their lease holds; 0 where nobody shares it.", "live"},
    {Metric::fleet_share, "payferry_fleet_share", gauge,
     "This worker's part of the limits, 0 to 1; 1 where nobody shares the ledger.", ""},
    {Metric::fleet_lanes, "payferry_fleet_lanes", gauge,
     "This worker's lanes, of 60 parts; 60 where nobody shares the ledger.", ""},
    {Metric::warnings, "payferry_warnings_total", counter,
     "Accounts and items of this run that somebody should look at, by why.", "code"},
    {Metric::last_success, "payferry_last_success_timestamp_seconds", gauge,
     "When an item last succeeded, or was rolled back, in seconds since 1970; 0 if none was in this run.",
     ""},
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
    {Metric::clock_skew, "payferry_clock_skew_seconds", gauge,
     "How far Stripe's clock is ahead of this machine's; 0 within five seconds.", ""},
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

// Which values a label takes.
constexpr std::pair<std::string_view, std::string_view> kLabels[] = {
    {"payferry_job", "the job's name"},
    {"version", "Payferry's version"},
    {"outcome", "complete, failures, unfinished, refused, ledger, internal, usage"},
    {"state", "rejected, duplicate, succeeded, skipped, failed, blocked, pending"},
    {"reason", "of pending items: unknown, settling and others; of rate limits: Stripe's word"},
    {"origin", "created, reused"},
    {"code", "what somebody should look at, such as account_country_differs"},
    {"endpoint", "clone, create_customer, attach and the reads"},
    {"class", "done, refused, throttled, unknown, key_conflict, account_lost, key_rejected"},
    {"limit", "global, or an endpoint"},
    {"kind", "configured, current, refused_at"},
    {"what", "rate, endpoint, in_flight, paused, account, stop"},
    {"cause", "paused, global_rate, endpoint_rate, in_flight, account, not_before"},
};

std::string_view word_for(MetricKind kind) {
  constexpr std::array<std::string_view, 3> kWords{"counter", "gauge", "histogram"};
  return kWords[static_cast<std::size_t>(kind)];
}

std::string quoted_labels(std::string_view labels) {
  std::string quoted;
  for (const char c : labels) quoted += c == ',' ? std::string("`, `") : std::string(1, c);
  return quoted.empty() ? quoted : "`" + quoted + "`";
}

}  // namespace

std::span<const MetricInfo> catalogue() {
  return kCatalogue;
}

const MetricInfo& info_of(Metric metric) {
  return kCatalogue[static_cast<std::size_t>(metric)];
}

std::string catalogue_page() {
  std::string page =
      "# Metrics\n\n"
      "Generated from `src/telemetry/catalogue.cpp` by `payferry generate metrics`; a test fails where the "
      "two "
      "differ.\n\n"
      "Every metric bears the label `payferry_job`, the job's name. Gauges of entries speak of the present "
      "input, over\nall runs that read it; counters begin at 0 with each run.\n\n"
      "| metric | kind | labels | meaning |\n|---|---|---|---|\n";
  for (const MetricInfo& info : kCatalogue) {
    page.append("| `").append(info.name).append("` | ").append(word_for(info.kind)).append(" | ");
    page.append(quoted_labels(info.labels)).append(" | ").append(info.help).append(" |\n");
  }
  page += "\n| label | values |\n|---|---|\n";
  for (const auto& [name, values] : kLabels)
    page.append("| `").append(name).append("` | ").append(values).append(" |\n");
  return page;
}

}  // namespace payferry::telemetry
