#pragma once

#include <optional>
#include <string>

#include "intake/header.hpp"
#include "intake/record_reader.hpp"
#include "intake/row.hpp"

namespace payferry::intake {

// Why a record of a CSV cannot be read as a line of this header; nothing if it can. Such a reject has no
// cells: some of them would be missing or wrong, and a rejects file that is fed back must not pass for whole.
std::optional<Reject> unreadable(const Record& record, const Header& header);

// A record of several physical lines that does not fit the header, or has a line end in an id: not a field
// with line ends, but a quote left open that a later line happens to close. Taken for a record, it would
// swallow the lines between.
bool is_swallowing(const Record& record, const Header& header);

// A readable record by its columns' names. Its views are valid as long as the record's.
Row row_of(const Record& record, const Header& header);

}  // namespace payferry::intake
