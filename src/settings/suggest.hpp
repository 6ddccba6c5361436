#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace payferry::settings {

// The candidate that `word` was probably meant to be: the nearest one by letters added, dropped, changed or
// swapped, if it is near enough. Case and `-` for `_` do not count.
std::optional<std::string_view> suggest(std::string_view word,
                                        const std::vector<std::string_view>& candidates);

}  // namespace payferry::settings
