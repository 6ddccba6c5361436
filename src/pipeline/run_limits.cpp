#include "pipeline/run.hpp"
#include "throttle/schedule.hpp"

// What a run's limits are besides the job file: the timetable, and what was learnt.
namespace payferry::pipeline {

using async::Task;

// What is not known is found again.
Task<void> Run::recall_limits() {
  const Result<std::vector<ledger::LearntLimit>> limits = co_await ledger_->learnt();
  if (!limits) stop_.request(Why::ledger, limits.error().message);
  if (limits) LearntLimits::restore(gate_, *limits, time_.clock().stamp(), time_.clock().steady());
}

Task<bool> Run::note_limits() {
  std::vector<ledger::LearntLimit> news = learnt_.news(gate_, time_.clock().stamp(), time_.clock().steady());
  if (news.empty()) co_return true;
  for (const ledger::LearntLimit& limit : news) {
    if (limit.what == kScopeFound)
      log_.info("limit_scope_found", {{"counts_by_account", limit.refused_at > 0}});
    else
      log_.info("limit_learnt", {{"account", limit.account},
                                 {"limit", limit.what},
                                 {"refused_at", limit.refused_at},
                                 {"documented", documented_limit(limit.what, settings_.mode)}});
  }
  const Result<bool> noted = co_await ledger_->note_learnt(std::move(news));
  if (!noted) stop_.request(Why::ledger, noted.error().message);
  co_return noted.has_value();
}

void Run::follow_schedule() {
  const settings::LimitSchedule& schedule = settings_.limits.schedule;
  if (!schedule.zone) return;
  throttle::Changes wanted = throttle::changes_at(schedule, time_.clock().wall_ms());
  if (!gate_.steer(throttle::Writer::schedule, std::move(wanted))) return;
  const throttle::Controls& now = gate_.steering().merged();
  log_.info("limits_scheduled", {{"global", now.global}, {"endpoint", now.endpoint}, {"paused", now.paused}});
}

}  // namespace payferry::pipeline
