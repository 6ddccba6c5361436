#include "enqueue/standing.hpp"

#include <fmt/format.h>
#include <rapidjson/prettywriter.h>

#include "telemetry/json.hpp"
#include "telemetry/text.hpp"

namespace payferry::enqueue {
namespace {

using telemetry::with_separators;

// Rounded down: 100 % is said only of what is whole.
std::string how_far(const Standing& now) {
  const std::string confirmed = with_separators(now.kept.confirmed) + " confirmed";
  if (now.complete || now.size == 0) return confirmed;
  const std::uint64_t share = now.kept.place.offset * 100 / now.size;
  return fmt::format("{} ({} %)", confirmed, std::min<std::uint64_t>(share, 99));
}

}  // namespace

std::string progress_line(const Standing& now, double seconds) {
  std::string line = how_far(now);
  if (seconds > 0) line += fmt::format(" · {:.0f}/s", static_cast<double>(now.confirmed) / seconds);
  if (now.kept.rejected > 0) line += fmt::format(" · {} rejected", with_separators(now.kept.rejected));
  if (now.sent_again > 0) line += fmt::format(" · {} sent again", with_separators(now.sent_again));
  if (!now.held_by.empty()) line += " · held by " + now.held_by;
  return line;
}

std::string summary_json(const Standing& now, const Subject& subject, const Ending& ending, double seconds) {
  telemetry::Json<rapidjson::PrettyWriter<rapidjson::StringBuffer>> json;
  json.writer().SetIndent(' ', 2);
  json.open();
  json.add("job", std::string_view(subject.job));
  json.add("outcome", to_string(ending.outcome));
  json.add("exit_code", static_cast<std::uint64_t>(ending.outcome));
  json.add("reason", std::string_view(ending.reason));
  json.add_seconds("seconds", seconds);
  json.open("list");
  json.add("file", std::string_view(subject.list));
  json.add("lines", now.lines);
  json.add_flag("complete", now.complete);
  json.open_list("dropped_columns");
  for (const std::string& column : subject.dropped_columns) json.add_text(column);
  json.close_list();
  json.close();
  json.add("queue", std::string_view(subject.queue));
  json.open("messages");
  json.add("confirmed", now.kept.confirmed);
  json.add("rejected", now.kept.rejected);
  json.add("unconfirmed", now.unconfirmed);
  json.close();
  json.open("run");
  json.add("sent", now.sent);
  json.add("sent_again", now.sent_again);
  json.add("confirmed", now.confirmed);
  json.add("rejected", now.rejected);
  json.close();
  json.add("rejects_file", std::string_view(subject.rejects_file));
  json.close();
  return json.text() + "\n";
}

}  // namespace payferry::enqueue
