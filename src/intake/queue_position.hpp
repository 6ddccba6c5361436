#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace payferry::intake {

// A queue keeps the place itself; what a position tells is how many messages this reading has had.
std::string position_of(std::uint64_t count);
std::optional<std::uint64_t> count_from(const std::string& position);

}  // namespace payferry::intake
