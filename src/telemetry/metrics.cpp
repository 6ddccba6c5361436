#include "telemetry/metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <algorithm>
#include <array>
#include <limits>
#include <set>

#include "core/shards.hpp"
#include "telemetry/catalogue.hpp"

namespace payferry::telemetry {
namespace {

using Labels = prometheus::Labels;
using Buckets = prometheus::Histogram::BucketBoundaries;

const Buckets kRequestSeconds{0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.6, 0.8, 1, 1.5, 2, 3, 5, 10, 20, 30};
const Buckets kCommitSeconds{0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 5};
const Buckets kCommitRecords{1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 5000};

double in_seconds(Nanoseconds span) {
  return std::chrono::duration<double>(span).count();
}

std::string label(std::string_view value) {
  return std::string(value);
}

std::string limit_name(std::size_t at) {
  return at == 0 ? "global" : label(to_string(static_cast<Endpoint>(at - 1)));
}

}  // namespace

class Metrics::Families {
 public:
  Families(std::string_view version, std::string_view job) {
    if (!job.empty()) everywhere_ = {{std::string(kJobLabel), std::string(job)}};
    for (const MetricInfo& info : catalogue()) build(info);
    set(Metric::build_info, 1, {{"version", label(version)}});
    for (std::size_t at = 0; at < kEndpointCount; ++at)
      latency_[at] = &histogram(Metric::request_duration, kRequestSeconds,
                                {{"endpoint", label(to_string(static_cast<Endpoint>(at)))}});
    commit_seconds_ = &histogram(Metric::commit_duration, kCommitSeconds);
    commit_records_ = &histogram(Metric::commit_records, kCommitRecords);
  }

  void observe_request(Endpoint endpoint, double seconds) {
    latency_[static_cast<std::size_t>(endpoint)]->Observe(seconds);
  }
  void observe_commit(double seconds, double records) {
    commit_seconds_->Observe(seconds);
    commit_records_->Observe(records);
  }

  void set(Metric metric, double value, const Labels& labels = {}) {
    gauges_[static_cast<std::size_t>(metric)]->Add(labels).Set(value);
  }
  // A counter that was counted elsewhere: it only ever rises to what it is now.
  void raise(Metric metric, double total, const Labels& labels = {}) {
    prometheus::Counter& counter = counters_[static_cast<std::size_t>(metric)]->Add(labels);
    if (total > counter.Value()) counter.Increment(total - counter.Value());
  }

  // These and all that were there before: one that is gone has to fall to 0, not to stay as it was.
  const std::set<std::string>& reasons_seen(const WordCounts& present) {
    for (const auto& [reason, count] : present.all()) reasons_.insert(reason);
    return reasons_;
  }

  std::string text() const { return prometheus::TextSerializer().Serialize(registry_.Collect()); }

 private:
  template <class Builder>
  auto* register_as(Builder builder, const MetricInfo& info) {
    builder.Name(std::string(info.name)).Help(std::string(info.help)).Labels(everywhere_);
    return &builder.Register(registry_);
  }

  void build(const MetricInfo& info) {
    const auto at = static_cast<std::size_t>(info.metric);
    switch (info.kind) {
      case MetricKind::counter:
        counters_[at] = register_as(prometheus::BuildCounter(), info);
        break;
      case MetricKind::gauge:
        gauges_[at] = register_as(prometheus::BuildGauge(), info);
        break;
      case MetricKind::histogram:
        histograms_[at] = register_as(prometheus::BuildHistogram(), info);
        break;
    }
  }

  prometheus::Histogram& histogram(Metric metric, const Buckets& buckets, const Labels& labels = {}) {
    return histograms_[static_cast<std::size_t>(metric)]->Add(labels, buckets);
  }

  prometheus::Registry registry_;
  Labels everywhere_;
  std::array<prometheus::Family<prometheus::Counter>*, kMetricCount> counters_{};
  std::array<prometheus::Family<prometheus::Gauge>*, kMetricCount> gauges_{};
  std::array<prometheus::Family<prometheus::Histogram>*, kMetricCount> histograms_{};
  std::array<prometheus::Histogram*, kEndpointCount> latency_{};
  std::set<std::string> reasons_{"unknown"};
  prometheus::Histogram* commit_seconds_ = nullptr;
  prometheus::Histogram* commit_records_ = nullptr;
};

Metrics::Metrics(std::string_view version, std::string_view job)
    : families_(std::make_unique<Families>(version, job)) {}
Metrics::~Metrics() = default;

void Metrics::observe_request(Endpoint endpoint, Nanoseconds latency) {
  families_->observe_request(endpoint, in_seconds(latency));
}

void Metrics::observe_commit(Nanoseconds took, std::size_t operations) {
  families_->observe_commit(in_seconds(took), static_cast<double>(operations));
}

namespace {

template <class Families>
void set_fleet(Families& to, const Snapshot& now) {
  const auto is_live = [](const FleetLine& line) { return line.live; };
  const auto live = std::count_if(now.fleet.begin(), now.fleet.end(), is_live);
  const auto silent = static_cast<std::ptrdiff_t>(now.fleet.size()) - live;
  to.set(Metric::fleet_workers, static_cast<double>(live), {{"live", "yes"}});
  to.set(Metric::fleet_workers, static_cast<double>(silent), {{"live", "no"}});
  const auto self =
      std::find_if(now.fleet.begin(), now.fleet.end(), [](const FleetLine& line) { return line.is_self; });
  const bool alone = self == now.fleet.end();
  to.set(Metric::fleet_share, alone ? 1 : self->share);
  to.set(Metric::fleet_lanes, alone ? kShardCount : self->lanes);
}

template <class Families>
void show_items(Families& to, const Snapshot& now) {
  const std::pair<const char*, Count> states[] = {
      {"rejected", now.items.rejected},   {"duplicate", now.items.duplicate},
      {"succeeded", now.items.succeeded}, {"skipped", now.items.skipped},
      {"failed", now.items.failed},       {"blocked", now.items.blocked},
      {"pending", now.items.pending},
  };
  for (const auto& [state, count] : states)
    to.set(Metric::items, static_cast<double>(count), {{"state", state}});
  to.set(Metric::items_read, static_cast<double>(now.items.read));
  for (const std::string& reason : to.reasons_seen(now.pending_reasons))
    to.set(Metric::pending_items, static_cast<double>(now.pending_reasons.of(reason)), {{"reason", reason}});
  to.set(Metric::input_lines, static_cast<double>(now.input_lines));
  to.set(Metric::input_complete, now.input_complete ? 1 : 0);
  to.set(Metric::customers, static_cast<double>(now.customers_created), {{"origin", "created"}});
  to.set(Metric::customers, static_cast<double>(now.customers_reused), {{"origin", "reused"}});
  to.set(Metric::possible_orphans, static_cast<double>(now.possible_orphans));
  to.set(Metric::accounts_in_trouble, static_cast<double>(now.accounts_in_trouble));
  to.set(Metric::breakers_open, static_cast<double>(now.breakers_open));
  set_fleet(to, now);
  for (const auto& [code, count] : now.warnings.all())
    to.raise(Metric::warnings, static_cast<double>(count), {{"code", code}});
}

// The three writes of every run are always there, so that a rate over them is 0 and not absent.
template <class Families>
void show_requests(Families& to, const RequestCounts& requests) {
  for (std::size_t at = 0; at < kEndpointCount; ++at) {
    const Endpoint endpoint = static_cast<Endpoint>(at);
    for (std::size_t kind = 0; kind < kAnswerClassCount; ++kind) {
      const Count count = requests.by_class[at][kind];
      if (count == 0 && endpoint > Endpoint::attach) continue;
      to.raise(Metric::requests, static_cast<double>(count),
               {{"endpoint", label(to_string(endpoint))},
                {"class", label(to_string(static_cast<AnswerClass>(kind)))}});
    }
  }
  to.raise(Metric::request_retries, static_cast<double>(requests.retries));
  for (const auto& [reason, count] : requests.rate_limited_by_reason.all())
    to.raise(Metric::rate_limited, static_cast<double>(count), {{"reason", reason}});
}

template <class Families>
void show_limits(Families& to, const Snapshot& now) {
  to.set(Metric::requests_in_flight, now.in_flight);
  to.set(Metric::in_flight_limit, now.in_flight_limit);
  for (std::size_t at = 0; at < RateLimits::kCount; ++at) {
    if (now.limits.configured[at] <= 0) continue;
    const auto show = [&](const char* kind, double rate) {
      to.set(Metric::rate_limit, rate, {{"limit", limit_name(at)}, {"kind", kind}});
    };
    show("configured", now.limits.configured[at]);
    show("current", now.limits.current[at]);
    if (now.limits.refused_at[at]) show("refused_at", *now.limits.refused_at[at]);
  }
  for (const auto& [cause, seconds] : now.throttle_wait_seconds)
    to.raise(Metric::throttle_wait, seconds, {{"cause", cause}});
}

template <class Families>
void show_run(Families& to, const Snapshot& now) {
  const bool ended = now.ended_wall_ms != 0;
  to.set(Metric::run_start_time, static_cast<double>(now.started_wall_ms) / 1000);
  to.set(Metric::run_end_time, static_cast<double>(now.ended_wall_ms) / 1000);
  to.set(Metric::run_active, ended ? 0 : 1);
  for (const Outcome outcome : {Outcome::complete, Outcome::internal, Outcome::usage, Outcome::failures,
                                Outcome::unfinished, Outcome::refused, Outcome::ledger})
    to.set(Metric::run_outcome, ended && now.outcome == outcome ? 1 : 0,
           {{"outcome", label(to_string(outcome))}});
  to.set(Metric::paused, now.paused ? 1 : 0);
  to.set(Metric::skipped_accounts, static_cast<double>(now.skipped_accounts.size()));
  // From the start, so that the first change is a rise.
  for (const char* what : {"rate", "endpoint", "in_flight", "paused", "account", "stop"})
    to.raise(Metric::steered, static_cast<double>(now.steered.of(what)), {{"what", what}});
  to.set(Metric::last_steered, static_cast<double>(now.last_steered_wall_ms) / 1000);
  to.set(Metric::time_left, now.seconds_left.value_or(std::numeric_limits<double>::quiet_NaN()));
  to.set(Metric::last_success, static_cast<double>(now.last_success_wall_ms) / 1000);
  to.set(Metric::clock_skew, now.clock_skew_seconds);
}

}  // namespace

std::string Metrics::text(const Snapshot& now) {
  show_items(*families_, now);
  show_requests(*families_, now.requests);
  show_limits(*families_, now);
  show_run(*families_, now);
  return families_->text();
}

}  // namespace payferry::telemetry
