#include "intake/queue_position.hpp"

#include <charconv>
#include <string_view>

namespace payferry::intake {
namespace {

constexpr std::string_view kKind = "queue1:";

}  // namespace

std::string position_of(std::uint64_t count) {
  return std::string(kKind) + std::to_string(count);
}

std::optional<std::uint64_t> count_from(const std::string& position) {
  if (!position.starts_with(kKind)) return std::nullopt;
  const std::string_view digits = std::string_view(position).substr(kKind.size());
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), count);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return count;
}

}  // namespace payferry::intake
