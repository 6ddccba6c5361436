#include "settings/text.hpp"

#include <algorithm>

#include "core/redact.hpp"

namespace payferry::settings {
namespace {

constexpr std::size_t kMaxShown = 80;

bool is_control(unsigned char c) noexcept {
  return c < 0x20 || c == 0x7f;
}

bool is_continuation(unsigned char c) noexcept {
  return (c & 0xc0) == 0x80;
}

// The length of the UTF-8 sequence at the beginning of `text`; 0 if it is none (overlong forms, surrogates
// and numbers past U+10FFFF included).
std::size_t sequence_length(std::string_view text) noexcept {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = at(0);
  const std::size_t length = first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  if (length == 0 || first > 0xf4 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(at(i))) return 0;
  }
  if (first == 0xe0 && at(1) < 0xa0) return 0;
  if (first == 0xed && at(1) > 0x9f) return 0;
  if (first == 0xf0 && at(1) < 0x90) return 0;
  if (first == 0xf4 && at(1) > 0x8f) return 0;
  return length;
}

}  // namespace

std::optional<BadText> find_bad_text(std::string_view text) {
  int line = 1;
  while (!text.empty()) {
    const std::size_t length = sequence_length(text);
    if (length == 0) return BadText{line, "is not UTF-8 text: save the file as UTF-8"};
    const char c = text.front();
    if (is_control(static_cast<unsigned char>(c)) && c != '\t' && c != '\n' && c != '\r') {
      return BadText{line, "has a control character here: is this a text file? Remove it"};
    }
    if (c == '\n') ++line;
    text.remove_prefix(length);
  }
  return std::nullopt;
}

bool has_control_characters(std::string_view text) noexcept {
  return std::any_of(text.begin(), text.end(), [](unsigned char c) { return is_control(c); });
}

std::string show(std::string_view text) {
  // What has an @ may be an address or a password in a URL: neither is repeated.
  if (text.find('@') != std::string_view::npos) return "the value";
  const std::string safe = redact(text);
  std::string shown;
  for (std::string_view rest = safe; !rest.empty();) {
    const std::size_t length = sequence_length(rest);
    const bool plain = length > 0 && !is_control(static_cast<unsigned char>(rest.front()));
    const std::string_view next = plain ? rest.substr(0, length) : "?";
    if (shown.size() + next.size() > kMaxShown) return "`" + shown + "…`";
    shown += next;
    rest.remove_prefix(plain ? length : 1);
  }
  return "`" + shown + "`";
}

}  // namespace payferry::settings
