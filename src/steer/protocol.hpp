#pragma once

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "steer/request.hpp"

// Requests and replies as they cross the socket: one JSON object a line.
namespace payferry::steer {

inline constexpr std::size_t kLongestRequest = 4 * 1024;
inline constexpr std::size_t kLongestReply = 1024 * 1024;

// {"job":"nightly","do":"set","set":{"rate":50,"endpoint.clone":5,"in_flight":"configured"}}, with a line
// end.
std::string to_line(const Request& request);
// Errors (usage): what is wrong and the mend. Strict: what is not known is not ignored.
Result<Request> parse_request(std::string_view line);

std::string to_line(const Reply& reply);
// Errors: internal.
Result<Reply> parse_reply(std::string_view line);

// "rate=50", as it is typed, into the request. Errors: usage.
Result<void> add_assignment(std::string_view text, Request& request);

}  // namespace payferry::steer
