#include "settings/variables.hpp"

#include <algorithm>

#include "settings/text.hpp"

namespace payferry::settings {
namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

bool is_name_character(char c) noexcept {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '_' || is_digit(c);
}

// The name at the beginning of `text`; empty if there is none.
std::string_view name_at(std::string_view text) noexcept {
  if (text.empty() || is_digit(text.front())) return {};
  const auto end = std::find_if_not(text.begin(), text.end(), is_name_character);
  return text.substr(0, static_cast<std::size_t>(end - text.begin()));
}

std::string malformed(std::string_view name) {
  const std::string which = name.empty()
                                ? "a `${` has no variable's name after it"
                                : "`${` before " + show(name) + " is not closed right after the name";
  return which + ": write ${NAME}, or $${ for the characters themselves";
}

// Takes one reference, which begins with "${", off `rest`.
void take_reference(std::string_view& rest, const Environment& environment, Expanded& result) {
  const std::string_view name = name_at(rest.substr(2));
  rest.remove_prefix(2 + name.size());
  if (name.empty() || !rest.starts_with('}')) {
    result.problems.push_back(malformed(name));
    return;
  }
  rest.remove_prefix(1);
  result.has_variables = true;
  if (const auto value = environment(std::string(name))) {
    result.text += *value;
    return;
  }
  result.has_unset = true;
  result.problems.push_back("the variable " + show(name) +
                            " is not set: set it in the environment of this command");
}

}  // namespace

Expanded expand(std::string_view rest, const Environment& environment) {
  Expanded result;
  while (!rest.empty()) {
    if (rest.starts_with("${")) {
      take_reference(rest, environment, result);
      continue;
    }
    result.text += rest.front();
    rest.remove_prefix(rest.starts_with("$$") ? 2 : 1);
  }
  return result;
}

}  // namespace payferry::settings
