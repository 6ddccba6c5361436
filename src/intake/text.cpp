#include "intake/text.hpp"

#include <rapidjson/encodings.h>
#include <rapidjson/memorystream.h>

#include <algorithm>
#include <cstdint>
#include <cstring>

#include "core/redact.hpp"

namespace payferry::intake {
namespace {

constexpr std::size_t kRepeatableLength = 64;

bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_word(char c) noexcept {
  return is_letter(c) || (c >= '0' && c <= '9') || c == '_' || c == '-';
}

struct NoOutput {
  void Put(char) noexcept {}
};

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

bool is_plain_ascii(std::string_view text) noexcept {
  const char* at = text.data();
  const char* const end = at + text.size();
  constexpr std::uint64_t kHigh = 0x8080808080808080;
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  for (; end - at >= 8; at += 8) {
    std::uint64_t word = 0;
    std::memcpy(&word, at, sizeof word);
    // With no high bit set, only a zero byte borrows one by the subtraction.
    if (((word | (word - kOnes)) & kHigh) != 0) return false;
  }
  return std::all_of(at, end, [](char c) { return c > 0; });
}

bool is_utf8(std::string_view text) {
  rapidjson::MemoryStream in(text.data(), text.size());
  NoOutput out;
  // At the end the stream yields NUL, which continues no sequence: a cut one is invalid.
  while (in.Tell() < text.size()) {
    if (!rapidjson::UTF8<>::Validate(in, out)) return false;
  }
  return true;
}

std::size_t count_characters(std::string_view text) noexcept {
  return static_cast<std::size_t>(std::count_if(
      text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool is_repeatable(std::string_view text) {
  const std::size_t underscore = text.find('_');
  if (text.size() > kRepeatableLength || underscore == 0 || underscore == std::string_view::npos)
    return false;
  const std::string_view prefix = text.substr(0, underscore);
  return std::all_of(prefix.begin(), prefix.end(), is_letter) &&
         std::all_of(text.begin(), text.end(), is_word) && redact(text) == text;
}

}  // namespace payferry::intake
