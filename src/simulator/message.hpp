#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace payferry::simulator {

using Headers = std::vector<std::pair<std::string, std::string>>;

// The value of the first header of that name (case does not matter), or nothing.
const std::string* find_header(const Headers& headers, std::string_view name);

// "Mon, 23 Nov 2026 04:20:00 GMT".
std::string http_date(std::int64_t seconds_since_1970);

struct Request {
  std::string method;
  std::string target;  // path and query, as on the wire
  Headers headers;
  std::string body;
};

struct Response {
  int status = 200;
  Headers headers;
  std::string body;
};

// What becomes of the connection instead of, or with, an answer.
enum class Wire {
  answer,    // the response is sent as it is
  reset,     // TCP reset, no answer
  close,     // orderly close, no answer
  truncate,  // headers and half of the body, then close
  stall,     // no answer until the client gives up
};

}  // namespace payferry::simulator
