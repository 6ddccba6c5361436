#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/records.hpp"
#include "settings/settings.hpp"

// Messages of a queue: JSON objects with a list's fields (docs/schemas/message.schema.json).
namespace payferry::intake {

inline constexpr std::size_t kMessageLimit = 1024 * 1024;  // bytes, as of a line

// The columns under which rejects.csv repeats messages; `metadata` is the object's own JSON.
const std::vector<std::string>& message_columns();

// Any bytes become the entries of a line, or a reject: not JSON, no object, a field that is unknown, twice
// there or of another type. `number` stands for a line's number.
std::variant<std::vector<Entry>, Reject> read_message(std::string_view body, std::uint64_t number,
                                                      const settings::TargetSettings& rules);

struct Row;
// The cell of column `metadata` in a rejects file of messages: that object again, into the row.
void take_metadata_cell(std::string_view cell, Row& row);

// The other way: what one entry, or a line (row.hpp: make_line) that names no account, is as a message.
std::string message_of(const Entry& entry);

}  // namespace payferry::intake
