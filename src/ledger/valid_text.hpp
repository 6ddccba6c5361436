#pragma once

#include <string>
#include <string_view>

namespace payferry::ledger {

// Whether a PostgreSQL database in UTF-8 can keep the text: well-formed, and without a zero byte.
bool is_storable(std::string_view text);
// The text with a question mark for each byte that it could not keep.
std::string storable(std::string_view text);

}  // namespace payferry::ledger
