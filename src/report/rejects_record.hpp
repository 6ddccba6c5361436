#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace payferry::report {

// What stands behind a line's own cells in a rejects file.
struct RejectFields {
  std::string_view line;
  std::string_view account;
  std::string_view state;
  std::string_view step;
  std::string_view code;
  std::string_view message;
  std::string_view request_id;
};

// The first record of a rejects file, and the others; each with its line end.
std::string rejects_header(const std::vector<std::string>& columns);
std::string rejects_record(std::vector<std::string_view> cells, const RejectFields& fields);
// Whether a file's first line is that of a rejects file.
bool is_rejects_header(std::string_view line);

}  // namespace payferry::report
