#pragma once

#include <optional>
#include <vector>

#include "settings/settings.hpp"
#include "telemetry/snapshot.hpp"

namespace payferry::notify {

using Event = settings::NotifyEvent;

// Which event happens when, from what a run shows of itself. Pure: time is that of the snapshots.
//   started     the first snapshot of a run that moves
//   throttled   Stripe pushed back, and a rate in force is below kBelow of what is configured; not again
//   before it has
//               recovered to kRecovered, nor within kQuietSeconds
//   budget_hit  run.max_failures or run.max_failure_share stopped the run; once
//   finished    always, and last
// account_done is told by whoever moves.
class Occasions {
 public:
  static constexpr double kBelow = 0.8;
  static constexpr double kRecovered = 0.95;
  static constexpr double kQuietSeconds = 600;

  std::vector<Event> look(const telemetry::Snapshot& now);
  std::vector<Event> ended(const telemetry::Snapshot& last);

 private:
  bool is_throttled(const telemetry::Snapshot& now);
  void note_budget(const telemetry::Snapshot& now, std::vector<Event>& events);

  bool started_ = false;
  bool budget_told_ = false;
  bool throttled_ = false;
  telemetry::Count rate_limited_ = 0;
  std::optional<double> throttled_told_at_;
};

}  // namespace payferry::notify
