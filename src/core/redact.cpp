#include "core/redact.hpp"

#include <algorithm>
#include <array>
#include <iterator>

namespace payferry {
namespace {

constexpr std::array<std::string_view, 11> kKeyPrefixes{"sk_test_", "sk_live_", "rk_test_", "rk_live_",
                                                        "pk_test_", "pk_live_", "ek_test_", "ek_live_",
                                                        "sk_org_",  "rkcs_",    "whsec_"};

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
  std::size_t from = 0;  // where an address would begin
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!is_mail_character(text[at])) from = at + 1;
    const std::size_t sign = at_sign_length(text, at);
    if (sign == 0) continue;
    const std::size_t to = end_of_domain(text, at + sign);
    if (from == at || to == at + sign) {
      // What is no at sign after all may be an address's first characters where it is spelled with others.
      if (sign == 1) from = at + 1;
      continue;
    }
    out.append(text, copied, from - copied);
    out += "[e-mail]";
    copied = from = to;
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

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool is_word_character(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= 0x80 || (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z');
}

void hide(std::string& text, std::string_view value, bool any_case) {
  static constexpr std::string_view kHidden = "[hidden]";
  const auto same = [any_case](char a, char b) { return any_case ? lower(a) == lower(b) : a == b; };
  for (std::size_t from = 0; from < text.size();) {
    const auto begin = text.begin() + static_cast<std::ptrdiff_t>(from);
    const auto found = std::search(begin, text.end(), value.begin(), value.end(), same);
    if (found == text.end()) return;
    const auto at = static_cast<std::size_t>(found - text.begin());
    text.replace(at, value.size(), kHidden);
    from = at + kHidden.size();
  }
}

// What a form makes of the value, with %20 or with + for blanks.
std::string as_form(std::string_view value, std::string_view blank) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : value) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = (is_word_character(c) && byte < 0x80) || std::string_view("-._~").find(c) < 4;
    if (c == ' ') {
      out += blank;
    } else if (plain) {
      out += c;
    } else {
      out += '%';
      out += kDigits[byte >> 4];
      out += kDigits[byte & 15];
    }
  }
  return out;
}

std::vector<std::string_view> words_of(std::string_view value) {
  std::vector<std::string_view> words;
  for (std::size_t at = 0; at < value.size();) {
    std::size_t end = at;
    while (end < value.size() && is_word_character(value[end])) ++end;
    if (end > at) words.push_back(value.substr(at, end - at));
    at = end + 1;
  }
  return words;
}

std::string digits_of(std::string_view value) {
  std::string digits;
  std::copy_if(value.begin(), value.end(), std::back_inserter(digits),
               [](char c) { return c >= '0' && c <= '9'; });
  return digits;
}

}  // namespace

std::string without_person(std::string_view text, const std::vector<std::string_view>& values) {
  // Shorter ones are in every text; what is left of a person by then tells nobody who it is.
  constexpr std::size_t kLeastValue = 3;
  constexpr std::size_t kLeastWord = 4;
  constexpr std::size_t kLeastDigits = 6;
  std::string out(text);
  if (out.empty()) return out;
  for (const std::string_view value : values) {
    if (value.size() < kLeastValue) continue;
    hide(out, value, true);
    hide(out, as_form(value, "%20"), true);
    hide(out, as_form(value, "+"), true);
    if (const std::string digits = digits_of(value); digits.size() >= kLeastDigits) hide(out, digits, false);
    for (const std::string_view word : words_of(value))
      if (word.size() >= kLeastWord) hide(out, word, false);
  }
  return out;
}

bool holds_key(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at)
    if (key_length(text, at) > 0) return true;
  return false;
}

std::string redact(std::string_view text) {
  return without_mail(without_secrets(text));
}

}  // namespace payferry
