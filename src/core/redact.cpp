#include "core/redact.hpp"

#include <algorithm>
#include <array>

namespace payferry {
namespace {

constexpr std::array<std::string_view, 10> kKeyPrefixes{"sk_test_", "sk_live_", "rk_test_", "rk_live_",
                                                        "pk_test_", "pk_live_", "ek_test_", "ek_live_",
                                                        "sk_org_",  "whsec_"};

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

// The length of an at sign at `at`, as it is or in a form-encoded body, or 0.
std::size_t at_sign_length(std::string_view text, std::size_t at) {
  if (text[at] == '@') return 1;
  return text.substr(at, 3) == "%40" ? 3 : 0;
}

// Where the domain that starts at `from` ends; `from` itself if there is none.
std::size_t end_of_domain(std::string_view text, std::size_t from) {
  if (from < text.size() && text[from] == '[') {
    const std::size_t closed = text.substr(0, from + 64).find(']', from);
    if (closed != std::string_view::npos) return closed + 1;
  }
  while (from < text.size() && is_mail_character(text[from]) && at_sign_length(text, from) == 0) ++from;
  return from;
}

std::string without_mail(std::string_view text) {
  std::string out;
  std::size_t copied = 0;
  std::size_t earliest = 0;  // no address begins before it: text of many at signs is not searched twice
  for (std::size_t at = 0; at < text.size(); ++at) {
    const std::size_t sign = at_sign_length(text, at);
    if (sign == 0) continue;
    std::size_t from = at;
    while (from > earliest && is_mail_character(text[from - 1])) --from;
    const std::size_t to = end_of_domain(text, at + sign);
    earliest = at + sign;
    if (from == at || to == at + sign) continue;
    out.append(text, copied, from - copied);
    out += "[e-mail]";
    copied = earliest = to;
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
      out += kClientSecret;
      at += kClientSecret.size();
      if (at < text.size() && is_key_character(text[at])) out += "[hidden]";
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
