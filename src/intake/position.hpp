#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace payferry::intake {

// A place between two lines of a CSV.
struct Position {
  std::uint64_t offset = 0;   // bytes before it
  std::uint64_t line = 1;     // the number of the line that follows
  std::string header_digest;  // lines mean nothing under another header

  bool operator==(const Position&) const = default;
};

std::string to_string(const Position& position);
// Nothing: no text that to_string() made.
std::optional<Position> position_from(const std::string& text);

}  // namespace payferry::intake
