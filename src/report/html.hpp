#pragma once

#include <cstdint>
#include <string>
#include <string_view>

// The few words of HTML that a page is made of.
namespace payferry::report {

// Safe as text and in a quoted attribute.
std::string escaped(std::string_view text);
std::string prose(std::string_view text);                 // escaped, with what stands in backticks as code
std::string grouped(std::uint64_t number);                // 12,345
std::string moment(std::int64_t wall_ms);                 // 2026-03-04 05:06:07 UTC; empty for 0
std::string lasting(std::int64_t ms);                     // 850 ms, 12.5 s, 4 min 10 s, 3 h 20 min
std::string share(std::uint64_t part, std::uint64_t of);  // 12.3 %

}  // namespace payferry::report
