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

}  // namespace

// Job, event and account are words of a known alphabet; only the summary holds text from outside, and that
// has been through its own quoting and redaction.
Notification make_notification(Event event, const std::string& account, const telemetry::Snapshot& now,
                               std::int64_t wall_ms, std::uint64_t number) {
  Notification made;
  made.event = event;
  const std::string which = std::to_string(now.started_wall_ms) + "/" + std::to_string(number);
  made.id = "ntf_" + to_hex(sha256_of({now.job, which})).substr(0, 24);
  const std::string state = on_one_line(telemetry::summary_json(now));
  made.body = fmt::format(
      "{{\"id\":\"{}\",\"event\":\"{}\",\"time\":\"{}\",\"job\":\"{}\",\"kind\":\"{}\",\"account\":{},"
      "\"state\":{}}}\n",
      made.id, settings::to_string(event), to_iso8601(wall_ms), now.job,
      now.to_detach > 0 ? "rollback" : "run", account.empty() ? "null" : "\"" + account + "\"",
      redact(state));
  return made;
}

}  // namespace payferry::notify
