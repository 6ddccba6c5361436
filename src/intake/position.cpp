#include "intake/position.hpp"

#include <charconv>
#include <string_view>

namespace payferry::intake {
namespace {

constexpr std::string_view kKind = "csv1";

// The text up to the next colon, which is taken off `rest`.
std::string_view next_part(std::string_view& rest) {
  const std::size_t colon = rest.find(':');
  const std::string_view part = rest.substr(0, colon);
  rest.remove_prefix(colon == std::string_view::npos ? rest.size() : colon + 1);
  return part;
}

std::optional<std::uint64_t> number_from(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

}  // namespace

std::string to_string(const Position& position) {
  return std::string(kKind) + ':' + std::to_string(position.offset) + ':' + std::to_string(position.line) +
         ':' + position.header_digest;
}

std::optional<Position> position_from(const std::string& text) {
  std::string_view rest = text;
  if (next_part(rest) != kKind) return std::nullopt;
  const auto offset = number_from(next_part(rest));
  const auto line = number_from(next_part(rest));
  if (!offset || !line || rest.empty()) return std::nullopt;
  return Position{*offset, *line, std::string(rest)};
}

}  // namespace payferry::intake
