#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/records.hpp"

// How texts of several parts lie in one column.
namespace payferry::ledger {

std::string encode(const LineContent&);
LineContent decode_content(std::string_view json);
// What a line says, as a number that differs where it says something else; kept when the content itself has
// gone.
std::int64_t digest_of(const Entry&);

std::string encode(const std::vector<std::string>&);
std::vector<std::string> decode_list(std::string_view json);

}  // namespace payferry::ledger
