#include "enqueue/outgoing.hpp"

#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "core/digest.hpp"
#include "intake/message.hpp"
#include "intake/row.hpp"
#include "report/rejects_record.hpp"

namespace payferry::enqueue {
namespace {

constexpr std::size_t kIdDigits = 32;

// Of the line's number and what it says: whoever drops messages that bear an id twice must not drop the
// second of two equal lines, nor a line that was mended.
std::string id_of(std::uint64_t line, std::string_view body) {
  return to_hex(sha256_of({std::to_string(line), body})).substr(0, kIdDigits);
}

Outgoing rejected(const Reject& reject, std::vector<std::string_view> cells, std::size_t columns) {
  cells.resize(columns);
  const std::string line = std::to_string(reject.line);
  Outgoing made;
  made.reject =
      report::rejects_record(cells, {line, reject.account, "rejected", "", reject.code, reject.message, ""});
  return made;
}

}  // namespace

Outgoing outgoing_of(const intake::CsvLines& lines, const settings::TargetSettings& rules) {
  const std::size_t columns = lines.header().own.size();
  // What could not be read has no cells: a line with holes must not pass for a whole one.
  if (const std::optional<Reject> reject = lines.unreadable()) return rejected(*reject, {}, columns);
  const std::variant<Entry, Reject> line = intake::make_line(lines.row(), rules);
  if (const auto* reject = std::get_if<Reject>(&line)) return rejected(*reject, lines.own_cells(), columns);
  const Entry& entry = std::get<Entry>(line);
  Outgoing made;
  made.body = intake::message_of(entry);
  if (made.body.size() > intake::kMessageLimit)
    return rejected({entry.line, entry.account, "message_too_long",
                     "as a message the line is longer than 1 MiB; shorten it", nullptr},
                    lines.own_cells(), columns);
  made.id = id_of(entry.line, made.body);
  return made;
}

}  // namespace payferry::enqueue
