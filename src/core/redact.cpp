#include "core/redact.hpp"

#include <algorithm>
#include <array>

namespace payferry {
namespace {

constexpr std::array<std::string_view, 8> kKeyPrefixes{"sk_test_", "sk_live_", "rk_test_", "rk_live_",
                                                       "pk_test_", "pk_live_", "sk_org_",  "whsec_"};

bool is_key_character(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '*';
}

bool is_mail_character(char c) {
  return static_cast<unsigned char>(c) >= 0x80 ||
         (c > ' ' && std::string_view("\"'<>()[],;:\\`").find(c) == std::string_view::npos);
}

// The length of the key that starts at `at`, or 0.
std::size_t key_length(std::string_view text, std::size_t at) {
  const std::string_view rest = text.substr(at);
  const bool starts = std::any_of(kKeyPrefixes.begin(), kKeyPrefixes.end(),
                                  [&](std::string_view prefix) { return rest.starts_with(prefix); });
  if (!starts) return 0;
  std::size_t length = 0;
  while (length < rest.size() && is_key_character(rest[length])) ++length;
  return length;
}

std::string without_mail(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  for (std::size_t at = text.find('@'); at != std::string_view::npos; at = text.find('@', at + 1)) {
    std::size_t from = at;
    std::size_t to = at + 1;
    while (from > copied && is_mail_character(text[from - 1])) --from;
    while (to < text.size() && is_mail_character(text[to]) && text[to] != '@') ++to;
    if (from == at || to == at + 1) continue;
    out.append(text, copied, from - copied);
    out += "[e-mail]";
    copied = to;
    at = to - 1;
  }
  return out.append(text, copied, std::string_view::npos);
}

std::string without_secrets(std::string_view text) {
  static constexpr std::string_view kClientSecret = "_secret_";
  std::string out;
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t length = key_length(text, at)) {
      out += "[key]";
      at += length;
    } else if (text.substr(at).starts_with(kClientSecret)) {
      out += "_secret_[hidden]";
      at += kClientSecret.size();
      while (at < text.size() && is_key_character(text[at])) ++at;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace

std::string redact(std::string_view text) {
  return without_mail(without_secrets(text));
}

}  // namespace payferry
