#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "simulator/errors.hpp"

namespace payferry::simulator {

// Parameters by their bracketed names, in order of arrival; `expand[0]` becomes `expand[]`.
struct Params {
  std::vector<std::pair<std::string, std::string>> pairs;

  const std::string* find(std::string_view name) const;
  std::string get(std::string_view name) const;  // empty where absent
};

// Strict: broken escapes, bytes that are not UTF-8, and a scalar given twice are errors.
std::optional<ApiError> decode_form(std::string_view text, Params& out);

// Nothing if the escapes are broken. `plus_is_space` for forms, not for paths.
std::optional<std::string> decode_percent(std::string_view text, bool plus_is_space);

bool valid_utf8(std::string_view text);
std::size_t characters(std::string_view utf8);

}  // namespace payferry::simulator
