#include "notify/payload.hpp"

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/redact.hpp"
#include "telemetry/summary.hpp"

namespace payferry::notify {
namespace {

// One line for whoever reads lines. Within JSON's strings there are no line ends.
std::string on_one_line(const std::string& json) {
  std::string line;
  bool indent = false;
  for (const char c : json) {
    indent = c == '\n' || (indent && c == ' ');
    if (!indent) line += c;
  }
  return line;
}

struct Subject {
  const std::string& job;
  const char* kind;
  std::string which;  // tells one notification of the job from another
};

// Job, event and account are words of a known alphabet; only the state holds text from outside, and that
// has been through its own quoting and redaction.
Notification make(Event event, const Subject& subject, const std::string& account, const std::string& state,
                  std::int64_t wall_ms) {
  Notification made;
  made.event = event;
  made.id = "ntf_" + to_hex(sha256_of({subject.job, subject.which})).substr(0, 24);
  made.body = fmt::format(
      "{{\"id\":\"{}\",\"event\":\"{}\",\"time\":\"{}\",\"job\":\"{}\",\"kind\":\"{}\",\"account\":{},"
      "\"state\":{}}}\n",
      made.id, settings::to_string(event), to_iso8601(wall_ms), subject.job, subject.kind,
      account.empty() ? "null" : "\"" + account + "\"", redact(on_one_line(state)));
  return made;
}

}  // namespace

Notification make_notification(Event event, const std::string& account, const telemetry::Snapshot& now,
                               std::int64_t wall_ms, std::uint64_t number) {
  const std::string which = std::to_string(now.started_wall_ms) + "/" + std::to_string(number);
  return make(event, {now.job, now.to_detach > 0 ? "rollback" : "run", which}, account,
              telemetry::summary_json(now), wall_ms);
}

Notification make_plan_notification(const std::string& job, const std::string& plan, std::int64_t wall_ms) {
  return make(Event::planned, {job, "plan", std::to_string(wall_ms)}, "", plan, wall_ms);
}

}  // namespace payferry::notify
