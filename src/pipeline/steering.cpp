#include <fmt/format.h>

#include "pipeline/run.hpp"

// What somebody asks of a run while it goes on.
namespace payferry::pipeline {

using async::Task;
using steer::Action;
using steer::Reply;
using steer::ReplyCode;

namespace {

std::string message_of(const std::vector<steer::Change>& made, const throttle::Controls& now) {
  if (made.empty()) return "it is so already; nothing was changed";
  std::string text;
  for (const steer::Change& each : made)
    text += fmt::format("{}{}{}{}: {} -> {}", text.empty() ? "" : ", ", each.what,
                        each.account.empty() ? "" : " ", each.account, each.before, each.after);
  if (made.front().what == "paused" && made.front().after == "no" && now.paused)
    text += "; the timetable still pauses it, `resume` once more overrules that";
  return text;
}

}  // namespace

std::optional<Reply> Run::cannot_obey(const steer::Request& request) const {
  if (request.job != settings_.job)
    return Reply{ReplyCode::refused,
                 fmt::format("the run that uses this ledger is of the job {}", settings_.job), ""};
  if (request.action == Action::stop) return std::nullopt;
  if (stop_.requested()) return Reply{ReplyCode::not_yet, "the run is stopping", ""};
  if (!moving_) return Reply{ReplyCode::not_yet, "the run has not begun to move anything yet", ""};
  return std::nullopt;
}

Task<Reply> Run::steer(steer::Request request, std::string who) {
  const std::optional<Reply> refusal = cannot_obey(request);
  if (refusal) co_return *refusal;
  if (request.action == Action::stop) {
    std::vector<steer::Change> stopped{{"stop", "", "", stop_.requested() ? "at once" : "in order"}};
    co_await note_steering(std::move(stopped), std::move(who));
    interrupt("stopped by `payferry stop`; run again to go on");
    Reply reply{ReplyCode::done, "nothing more is begun; what is in flight is answered first", ""};
    co_return reply;
  }
  const steer::Applied applied =
      steer::apply(request, gate_.steering().wanted_by(throttle::Writer::hand), gate_.steering().merged());
  gate_.steer(throttle::Writer::hand, applied.changes);
  Reply reply{ReplyCode::done, message_of(applied.made, gate_.steering().merged()), ""};
  const bool noted = co_await note_steering(applied.made, std::move(who));
  if (!noted) reply.message += "; the ledger takes no journal of it";
  co_return reply;
}

Task<bool> Run::note_steering(std::vector<steer::Change> made, std::string who) {
  std::vector<ledger::SteeringRecord> records;
  const std::int64_t now = time_.clock().wall_ms();
  for (const steer::Change& each : made) {
    records.push_back({record_.id, now, who, each.what, each.account, each.before, each.after});
    monitor_.steered({now, who, each.what, each.account, each.before, each.after});
  }
  if (records.empty() || record_.id == 0) co_return true;
  const Result<bool> noted = co_await ledger_->note_steering(std::move(records));
  co_return noted.has_value();
}

}  // namespace payferry::pipeline
