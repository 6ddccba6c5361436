#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "settings/settings.hpp"

// Texts into numbers and durations. Each returns what is wrong, to be read after the value ("is not a
// number"), or nothing and sets `value`.
namespace payferry::settings {

using Problem = std::optional<std::string>;

Problem parse_number(std::string_view text, double min, double max, double& value);
Problem parse_whole(std::string_view text, int min, int max, int& value);

// 500ms, 30s, 15m, 2h, 1d, or several from the largest to the smallest: 1h30m. A bare number has no unit.
Problem parse_duration(std::string_view text, Milliseconds min, Milliseconds max, Milliseconds& value);

}  // namespace payferry::settings
