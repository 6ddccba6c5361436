#include "intake/near_miss.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <numeric>
#include <utility>

namespace payferry::intake {
namespace {

// What other exports and Stripe's own files call these columns, as plain() leaves it.
constexpr std::array<std::pair<std::string_view, std::string_view>, 9> kOtherNames{{
    {"pm", "paymentmethod"},
    {"source", "paymentmethod"},
    {"card", "paymentmethod"},
    {"sourceidold", "paymentmethod"},
    {"cus", "customer"},
    {"customeridold", "customer"},
    {"acct", "account"},
    {"connectedaccount", "account"},
    {"merchant", "account"},
}};

// Only letters and digits, in lower case, without what people put around a name.
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x80 && std::isalnum(byte) != 0) text += static_cast<char>(std::tolower(byte));
  }
  if (text.starts_with("stripe")) text.erase(0, 6);
  if (text.ends_with("ids")) text.pop_back();
  if (text.ends_with("id")) text.erase(text.size() - 2);
  for (const auto& [other, known] : kOtherNames) {
    if (text == other) return std::string(known);
  }
  return text;
}

std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t changed = diagonal + (a[i] == b[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({changed, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

}  // namespace

std::string near_miss(const std::vector<std::string>& names, std::string_view wanted) {
  constexpr std::size_t kLongestName = 64;
  const std::string wanted_plain = plain(wanted);
  std::size_t best = 3;  // farther is no near miss
  std::string found;
  for (const std::string& name : names) {
    const std::string other = plain(name);
    if (other.empty() || other.size() > kLongestName) continue;
    const std::size_t away = distance(other, wanted_plain);
    if (away < best) {
      best = away;
      found = name;
    }
  }
  return found;
}

}  // namespace payferry::intake
