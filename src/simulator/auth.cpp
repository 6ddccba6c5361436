#include "simulator/auth.hpp"

#include <string_view>

namespace payferry::simulator {
namespace {

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::string_view alphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  unsigned pool = 0;
  int bits = 0;
  for (char c : text) {
    if (c == '=') break;
    const auto value = alphabet.find(c);
    if (value == std::string_view::npos) return std::nullopt;
    pool = (pool << 6 | static_cast<unsigned>(value)) & 0xffffff;
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    out += static_cast<char>(pool >> bits & 0xff);
  }
  return out;
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

}  // namespace

std::string key_of(const Request& request) {
  const std::string* header = find_header(request.headers, "Authorization");
  if (!header) return {};
  if (starts_with(*header, "Bearer ")) return header->substr(7);
  if (!starts_with(*header, "Basic ")) return {};
  const auto pair = decode_base64(std::string_view(*header).substr(6));
  return pair ? pair->substr(0, pair->find(':')) : std::string();
}

std::optional<ApiError> refuse_key(const std::string& key, const std::string& expected, bool livemode) {
  if (key.empty()) return errors::no_key();
  if (starts_with(key, "pk_")) return errors::publishable_key();
  if (!expected.empty()) return key == expected ? std::nullopt : std::optional(errors::unknown_key(key));
  const std::string mode = livemode ? "live_" : "test_";
  const bool sandbox = !livemode && starts_with(key, "rkcs_test_");  // a claimable sandbox's
  const bool known =
      (sandbox || starts_with(key, "sk_" + mode) || starts_with(key, "rk_" + mode)) && key.back() != '_';
  return known ? std::nullopt : std::optional(errors::unknown_key(key));
}

}  // namespace payferry::simulator
