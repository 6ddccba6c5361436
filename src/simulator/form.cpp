#include "simulator/form.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

namespace payferry::simulator {
namespace {

int hex(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// name[0] and name[17] are other spellings of name[].
std::string normal_name(std::string name) {
  const auto open = name.rfind('[');
  if (open == std::string::npos || name.back() != ']' || open + 2 >= name.size()) return name;
  const bool digits = std::all_of(name.begin() + static_cast<std::ptrdiff_t>(open) + 1, name.end() - 1,
                                  [](unsigned char c) { return std::isdigit(c) != 0; });
  if (digits && name.rfind("metadata", 0) != 0) return name.substr(0, open) + "[]";
  return name;
}

}  // namespace

const std::string* Params::find(std::string_view name) const {
  for (const auto& [key, value] : pairs) {
    if (key == name) return &value;
  }
  return nullptr;
}

std::string Params::get(std::string_view name) const {
  const std::string* value = find(name);
  return value ? *value : std::string();
}

std::optional<std::string> decode_percent(std::string_view text, bool plus_is_space) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '+' && plus_is_space) {
      out += ' ';
    } else if (text[i] != '%') {
      out += text[i];
    } else {
      if (i + 2 >= text.size() || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0) return std::nullopt;
      out += static_cast<char>(hex(text[i + 1]) * 16 + hex(text[i + 2]));
      i += 2;
    }
  }
  return out;
}

bool valid_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<unsigned char>(text[i]);
    const std::size_t length = lead < 0x80                   ? 1
                               : lead >= 0xc2 && lead < 0xe0 ? 2
                               : lead >= 0xe0 && lead < 0xf0 ? 3
                               : lead >= 0xf0 && lead < 0xf5 ? 4
                                                             : 0;
    if (length == 0 || i + length > text.size()) return false;
    for (std::size_t k = 1; k < length; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xc0) != 0x80) return false;
    }
    if (length == 3) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      if ((lead == 0xe0 && second < 0xa0) || (lead == 0xed && second > 0x9f)) return false;
    }
    if (length == 4) {
      const auto second = static_cast<unsigned char>(text[i + 1]);
      if ((lead == 0xf0 && second < 0x90) || (lead == 0xf4 && second > 0x8f)) return false;
    }
    i += length;
  }
  return true;
}

std::size_t characters(std::string_view utf8) {
  return static_cast<std::size_t>(
      std::count_if(utf8.begin(), utf8.end(), [](unsigned char c) { return (c & 0xc0) != 0x80; }));
}

std::optional<ApiError> decode_form(std::string_view text, Params& out) {
  while (!text.empty()) {
    const auto end = text.find('&');
    const std::string_view pair = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 1);
    if (pair.empty()) continue;
    const auto equals = pair.find('=');
    auto name = decode_percent(pair.substr(0, equals), true);
    auto value = equals == std::string_view::npos ? std::optional<std::string>("")
                                                  : decode_percent(pair.substr(equals + 1), true);
    if (!name || !value || name->empty())
      return errors::bad_request("Invalid request: the parameters could not be decoded.");
    if (!valid_utf8(*name) || !valid_utf8(*value)) {
      return errors::bad_request("Invalid UTF-8 sequence in the parameters of the request.");
    }
    std::string normal = normal_name(std::move(*name));
    const bool repeatable = normal.size() > 2 && normal.compare(normal.size() - 2, 2, "[]") == 0;
    if (!repeatable && out.find(normal)) {
      return errors::bad_request(fmt::format("Invalid request: parameter given more than once: {}", normal),
                                 normal);
    }
    out.pairs.emplace_back(std::move(normal), std::move(*value));
  }
  return std::nullopt;
}

}  // namespace payferry::simulator
