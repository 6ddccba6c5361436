#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "telemetry/snapshot.hpp"

namespace payferry::telemetry {

// What Prometheus scrapes. Counts come from the snapshot at the time of the scrape, so that they are the same
// numbers as everywhere else; only what a snapshot cannot hold, how durations are spread, is observed as it
// happens. One thread.
class Metrics {
 public:
  // `job`: the value of the label that every metric bears; empty: none.
  explicit Metrics(std::string_view version, std::string_view job = "");
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  void observe_request(Endpoint endpoint, Nanoseconds latency);
  void observe_commit(Nanoseconds took, std::size_t operations);

  // The exposition format, version 0.0.4.
  std::string text(const Snapshot& now);
  static constexpr std::string_view kContentType = "text/plain; version=0.0.4; charset=utf-8";

 private:
  class Families;
  std::unique_ptr<Families> families_;
};

}  // namespace payferry::telemetry
