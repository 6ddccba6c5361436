#pragma once

#include <cstddef>
#include <string_view>

namespace payferry {

// The length in bytes of the well-formed character that starts at `at`, or 0 (RFC 3629, table 3-7 of
// Unicode).
std::size_t utf8_length(std::string_view text, std::size_t at);

}  // namespace payferry
