#include "telemetry/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>
#include <sstream>

#include "telemetry/catalogue.hpp"

namespace payferry::telemetry {
namespace {

using testing::HasSubstr;
using testing::Not;

std::size_t lines_of(const std::string& text) {
  return static_cast<std::size_t>(std::count(text.begin(), text.end(), '\n'));
}

TEST(Catalogue, every_name_is_prefixed_distinct_and_fits_its_kind) {
  std::set<std::string_view> names;
  for (const MetricInfo& info : catalogue()) {
    EXPECT_TRUE(info.name.starts_with("payferry_")) << info.name;
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_FALSE(info.help.empty()) << info.name;
    EXPECT_EQ(info.kind == MetricKind::counter, info.name.ends_with("_total")) << info.name;
    EXPECT_EQ(&info_of(info.metric), &info);
  }
}

TEST(Metrics, every_metric_of_the_catalogue_is_exposed_once_something_happened) {
  Metrics metrics("1.2.3");
  Snapshot now;
  now.requests.rate_limited_by_reason.add("endpoint_rate");
  now.throttle_wait_seconds["in_flight"] = 1;
  now.limits.configured[0] = 80;
  now.warnings.add("account_country_differs");
  metrics.observe_commit(std::chrono::milliseconds(1), 5);
  const std::string text = metrics.text(now);
  for (const MetricInfo& info : catalogue())
    EXPECT_THAT(text, HasSubstr("# TYPE " + std::string(info.name) + " "));
  EXPECT_THAT(text, HasSubstr("payferry_build_info{version=\"1.2.3\"} 1"));
}

TEST(Metrics, show_the_snapshots_numbers) {
  Metrics metrics("1");
  Snapshot now;
  now.items = ItemCounts{36, 1, 2, 3, 4, 5, 6, 15};
  now.pending_reasons.add("unknown", 4);
  now.warnings.add("account_not_ready", 7);
  now.requests.by_class[0][static_cast<std::size_t>(AnswerClass::throttled)] = 9;
  now.requests.retries = 3;
  now.in_flight = 17;
  now.limits.configured[1] = 20;
  now.limits.current[1] = 16.5;
  now.limits.refused_at[1] = 18;
  now.last_success_wall_ms = 1'795'407'600'000;
  const std::string text = metrics.text(now);
  for (const char* line :
       {"payferry_items_read 36", "payferry_warnings_total{code=\"account_not_ready\"} 7",
        "payferry_items{state=\"rejected\"} 1", "payferry_items{state=\"duplicate\"} 2",
        "payferry_items{state=\"succeeded\"} 3", "payferry_items{state=\"skipped\"} 4",
        "payferry_items{state=\"failed\"} 5", "payferry_items{state=\"blocked\"} 6",
        "payferry_items{state=\"pending\"} 15", "payferry_pending_items{reason=\"unknown\"} 4",
        "payferry_request_retries_total 3", "payferry_requests_in_flight 17",
        "payferry_last_success_timestamp_seconds 1795407600"})
    EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
  EXPECT_THAT(text, testing::ContainsRegex("payferry_requests_total\\{[^}]*throttled[^}]*\\} 9"));
  EXPECT_THAT(text,
              testing::ContainsRegex("payferry_rate_limit_requests_per_second\\{[^}]*current[^}]*\\} 16.5"));
  EXPECT_THAT(text,
              testing::ContainsRegex("payferry_rate_limit_requests_per_second\\{[^}]*refused_at[^}]*\\} 18"));
}

TEST(Metrics, all_bear_the_jobs_name) {
  Metrics metrics("1", "night");
  Snapshot now;
  now.warnings.add("account_not_ready");
  std::istringstream lines(metrics.text(now));
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("#")) {
      EXPECT_THAT(line, HasSubstr("payferry_job=\"night\""));
    }
  }
}

TEST(Metrics, tell_how_a_run_ended_once_it_has) {
  Metrics metrics("1");
  Snapshot now;
  now.outcome = Outcome::unfinished;
  now.started_wall_ms = 1'795'407'600'000;
  const std::string during = metrics.text(now);
  EXPECT_THAT(during, HasSubstr("payferry_run_active 1\n"));
  EXPECT_THAT(during, HasSubstr("payferry_run_end_time_seconds 0\n"));
  EXPECT_THAT(during, HasSubstr("payferry_run_outcome{outcome=\"unfinished\"} 0\n"));
  now.outcome = Outcome::failures;
  now.ended_wall_ms = 1'795'407'700'000;
  const std::string after = metrics.text(now);
  EXPECT_THAT(after, HasSubstr("payferry_run_active 0\n"));
  EXPECT_THAT(after, HasSubstr("payferry_run_end_time_seconds 1795407700\n"));
  EXPECT_THAT(after, HasSubstr("payferry_run_outcome{outcome=\"failures\"} 1\n"));
  EXPECT_THAT(after, HasSubstr("payferry_run_outcome{outcome=\"complete\"} 0\n"));
}

TEST(Metrics, tell_what_holds_a_run) {
  Metrics metrics("1");
  Snapshot now;
  now.paused = true;
  now.breakers_open = 2;
  now.clock_skew_seconds = -90;
  EXPECT_THAT(metrics.text(now), HasSubstr("payferry_time_left_seconds Nan\n"));
  now.seconds_left = 12.5;
  const std::string text = metrics.text(now);
  for (const char* line : {"payferry_paused 1", "payferry_breakers_open 2", "payferry_clock_skew_seconds -90",
                           "payferry_time_left_seconds 12.5"})
    EXPECT_THAT(text, HasSubstr(std::string(line) + "\n"));
}

TEST(Metrics, counters_follow_the_snapshot_and_never_fall) {
  Metrics metrics("1");
  Snapshot now;
  now.requests.retries = 5;
  metrics.text(now);
  now.requests.retries = 8;
  EXPECT_THAT(metrics.text(now), HasSubstr("payferry_request_retries_total 8\n"));
  now.requests.retries = 2;
  EXPECT_THAT(metrics.text(now), HasSubstr("payferry_request_retries_total 8\n"));
}

TEST(Metrics, durations_fall_into_buckets) {
  Metrics metrics("1");
  metrics.observe_request(Endpoint::clone, std::chrono::milliseconds(170));
  metrics.observe_request(Endpoint::clone, std::chrono::milliseconds(430));
  const std::string text = metrics.text(Snapshot{});
  EXPECT_THAT(text, HasSubstr("payferry_request_duration_seconds_count{endpoint=\"clone\"} 2"));
  EXPECT_THAT(text, HasSubstr("payferry_request_duration_seconds_bucket{endpoint=\"clone\",le=\"0.2\"} 1"));
  EXPECT_THAT(text, HasSubstr("payferry_request_duration_seconds_bucket{endpoint=\"clone\",le=\"0.6\"} 2"));
  EXPECT_THAT(text, HasSubstr("payferry_request_duration_seconds_count{endpoint=\"attach\"} 0"));
}

TEST(Metrics, do_not_grow_with_what_comes_from_outside) {
  Metrics metrics("1");
  Snapshot now;
  const std::size_t before = lines_of(metrics.text(now));
  for (int at = 0; at < 1000; ++at) now.failures.add("code_" + std::to_string(at));
  EXPECT_EQ(lines_of(metrics.text(now)), before);
  EXPECT_THAT(metrics.text(now), Not(HasSubstr("code_")));
}

TEST(Metrics, a_reason_that_has_gone_falls_to_zero) {
  Metrics metrics("1");
  Snapshot now;
  now.pending_reasons.add("settling", 3);
  EXPECT_THAT(metrics.text(now), HasSubstr("payferry_pending_items{reason=\"settling\"} 3\n"));
  now.pending_reasons = {};
  EXPECT_THAT(metrics.text(now), HasSubstr("payferry_pending_items{reason=\"settling\"} 0\n"));
}

}  // namespace
}  // namespace payferry::telemetry
