#include "notify/payload.hpp"

#include <fmt/format.h>

#include "core/clock.hpp"
#include "core/digest.hpp"
#include "core/redact.hpp"
#include "telemetry/summary.hpp"

namespace payferry::notify {

// Job, event and account are words of a known alphabet; only the summary holds text from outside, and that
// has been through its own quoting and redaction.
Notification make_notification(Event event, const std::string& account, const telemetry::Snapshot& now,
                               std::int64_t wall_ms, std::uint64_t number) {
  Notification made;
  made.event = event;
  const std::string which = std::to_string(now.started_wall_ms) + "/" + std::to_string(number);
  made.id = "ntf_" + to_hex(sha256_of({now.job, which})).substr(0, 24);
  std::string state = telemetry::summary_json(now);
  while (!state.empty() && state.back() == '\n') state.pop_back();
  made.body = fmt::format(
      "{{\"id\":\"{}\",\"event\":\"{}\",\"time\":\"{}\",\"job\":\"{}\",\"kind\":\"{}\",\"account\":{},"
      "\"state\":{}}}\n",
      made.id, settings::to_string(event), to_iso8601(wall_ms), now.job,
      now.to_detach > 0 ? "rollback" : "run", account.empty() ? "null" : "\"" + account + "\"",
      redact(state));
  return made;
}

}  // namespace payferry::notify
