#include "telemetry/text.hpp"

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <algorithm>

#include "core/utf8.hpp"

namespace payferry::telemetry {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

unsigned char byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool is_plain(char c) {
  return static_cast<unsigned char>(c) > ' ' && c != '"' && c != '=' && c != '\\' && c != '\x7f';
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// C1 control characters are valid in JSON, but some terminals obey them.
bool has_terminal_controls(std::string_view text) {
  for (std::size_t at = 0; at + 1 < text.size(); ++at)
    if (byte_at(text, at) == 0xC2 && byte_at(text, at + 1) < 0xA0) return true;
  return text.find('\x7f') != std::string_view::npos;
}

}  // namespace

std::string valid_utf8(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = utf8_length(text, at);
    if (length == 0)
      out += kReplacement;
    else
      out.append(text, at, length);
    at += std::max<std::size_t>(length, 1);
  }
  return out;
}

std::string json_quoted(std::string_view text) {
  const std::string valid = valid_utf8(text);
  rapidjson::StringBuffer buffer;
  const auto size = static_cast<rapidjson::SizeType>(valid.size());
  if (has_terminal_controls(valid)) {
    rapidjson::Writer<rapidjson::StringBuffer, rapidjson::UTF8<>, rapidjson::ASCII<>> writer(buffer);
    writer.String(valid.data(), size);
  } else {
    rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
    writer.String(valid.data(), size);
  }
  return std::string(buffer.GetString(), buffer.GetSize());
}

std::string word_or_quoted(std::string_view text) {
  std::string valid = valid_utf8(text);
  const bool plain =
      !valid.empty() && std::all_of(valid.begin(), valid.end(), is_plain) && !has_terminal_controls(valid);
  return plain ? valid : json_quoted(valid);
}

std::string with_separators(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

std::size_t length_in_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return !is_continuation(c); }));
}

std::string_view first_characters(std::string_view text, std::size_t characters) {
  std::size_t at = 0;
  while (at < text.size() && (characters > 0 || is_continuation(text[at])))
    if (!is_continuation(text[at++])) --characters;
  return text.substr(0, at);
}

}  // namespace payferry::telemetry
