#include "core/ids.hpp"

#include <algorithm>

namespace payferry {
namespace {

constexpr std::size_t kMaxIdLength = 255;

bool is_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_id(std::string_view text, std::string_view prefix) noexcept {
  if (!text.starts_with(prefix) || text.size() == prefix.size() || text.size() > kMaxIdLength) return false;
  text.remove_prefix(prefix.size());
  return std::all_of(text.begin(), text.end(), is_word);
}

}  // namespace

bool is_account_id(std::string_view text) noexcept {
  return is_id(text, "acct_");
}
bool is_customer_id(std::string_view text) noexcept {
  return is_id(text, "cus_");
}
bool is_payment_method_id(std::string_view text) noexcept {
  return is_id(text, "pm_") || is_id(text, "card_") || is_id(text, "src_");
}

KeyKind kind_of_key(std::string_view key) noexcept {
  for (const std::string_view prefix : {"sk_test_", "rk_test_", "rkcs_test_"})
    if (key.starts_with(prefix)) return KeyKind::test;
  if (key.starts_with("sk_live_") || key.starts_with("rk_live_")) return KeyKind::live;
  if (key.starts_with("pk_")) return KeyKind::publishable;
  return KeyKind::unknown;
}

}  // namespace payferry
