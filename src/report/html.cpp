#include "report/html.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/clock.hpp"

namespace payferry::report {

std::string escaped(std::string_view text) {
  std::string safe;
  for (const char c : text) {
    if (c == '&')
      safe += "&amp;";
    else if (c == '<')
      safe += "&lt;";
    else if (c == '>')
      safe += "&gt;";
    else if (c == '"')
      safe += "&quot;";
    else if (static_cast<unsigned char>(c) >= ' ')
      safe += c;
  }
  return safe;
}

std::string prose(std::string_view text) {
  if (std::count(text.begin(), text.end(), '`') % 2 != 0) return escaped(text);
  std::string marked;
  bool in_code = false;
  for (const char c : escaped(text)) {
    if (c != '`') {
      marked += c;
      continue;
    }
    marked += in_code ? "</code>" : "<code>";
    in_code = !in_code;
  }
  return marked;
}

std::string grouped(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3;) {
    at -= 3;
    digits.insert(at, 1, ',');
  }
  return digits;
}

std::string moment(std::int64_t wall_ms) {
  if (wall_ms == 0) return "";
  std::string text = to_iso8601(wall_ms);
  if (text.size() < 19) return text;
  text.resize(19);
  text[10] = ' ';
  return text + " UTC";
}

std::string lasting(std::int64_t ms) {
  const std::int64_t seconds = ms / 1000;
  if (ms < 1000) return fmt::format("{} ms", ms);
  if (seconds < 60) return fmt::format("{:.1f} s", static_cast<double>(ms) / 1000);
  if (seconds < 3600) return fmt::format("{} min {} s", seconds / 60, seconds % 60);
  return fmt::format("{} h {} min", seconds / 3600, seconds / 60 % 60);
}

std::string share(std::uint64_t part, std::uint64_t of) {
  return of == 0 ? "" : fmt::format("{:.1f} %", 100.0 * static_cast<double>(part) / static_cast<double>(of));
}

}  // namespace payferry::report
