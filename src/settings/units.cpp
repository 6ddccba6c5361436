#include "settings/units.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <iterator>

namespace payferry::settings {
namespace {

constexpr std::string_view kOutOfRange = "is out of range";

template <class Number>
bool parse_whole_text(std::string_view text, Number& value) {
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc() && stopped == end;
}

bool is_all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

struct Unit {
  std::string_view name;
  std::int64_t milliseconds;
};
// From the largest: the order in which they may follow each other.
constexpr Unit kUnits[] = {{"d", 86'400'000}, {"h", 3'600'000}, {"m", 60'000}, {"s", 1'000}, {"ms", 1}};
constexpr std::int64_t kLongest = std::int64_t{100} * 366 * 86'400'000;

const Unit* unit_at(std::string_view name, const Unit* first) {
  for (const Unit* unit = first; unit != std::end(kUnits); ++unit) {
    if (unit->name == name) return unit;
  }
  return nullptr;
}

// Takes "15m" off `rest` and adds it to `sum`; units from `next` on may still follow.
bool take_part(std::string_view& rest, const Unit*& next, std::int64_t& sum) {
  const std::size_t digits = std::min(rest.find_first_not_of("0123456789"), rest.size());
  const std::size_t end = std::min(rest.find_first_of("0123456789", digits), rest.size());
  const Unit* const unit = unit_at(rest.substr(digits, end - digits), next);
  std::int64_t count = 0;
  if (unit == nullptr || !parse_whole_text(rest.substr(0, digits), count)) return false;
  if (count > kLongest / unit->milliseconds) return false;
  sum += count * unit->milliseconds;
  next = unit + 1;
  rest.remove_prefix(end);
  return true;
}

}  // namespace

Problem parse_number(std::string_view text, double min, double max, double& value) {
  double number = 0;
  if (!parse_whole_text(text, number)) return "is not a number";
  // Written so that it also holds for "nan".
  if (!(number >= min && number <= max)) return std::string(kOutOfRange);
  value = number;
  return std::nullopt;
}

Problem parse_whole(std::string_view text, int min, int max, int& value) {
  int number = 0;
  const bool negative = text.starts_with('-');
  if (!is_all_digits(text.substr(negative ? 1 : 0))) return "is not a whole number";
  if (!parse_whole_text(text, number) || number < min || number > max) return std::string(kOutOfRange);
  value = number;
  return std::nullopt;
}

Problem parse_duration(std::string_view text, Milliseconds min, Milliseconds max, Milliseconds& value) {
  if (is_all_digits(text)) return "has no unit (ms, s, m, h or d)";
  std::int64_t sum = 0;
  const Unit* next = std::begin(kUnits);
  std::string_view rest = text;
  while (!rest.empty()) {
    if (!take_part(rest, next, sum)) return "is not a duration";
  }
  const Milliseconds duration(sum);
  if (duration < min || duration > max) return std::string(kOutOfRange);
  value = duration;
  return std::nullopt;
}

}  // namespace payferry::settings
