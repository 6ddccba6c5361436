#include "core/codes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace payferry {
namespace {

TEST(Codes, each_stands_once_and_says_everything) {
  std::set<std::string_view> seen;
  for (const CodeInfo& info : codes()) {
    EXPECT_TRUE(seen.insert(info.code).second) << info.code;
    EXPECT_FALSE(info.means.empty() || info.to_do.empty() || info.again.empty()) << info.code;
    EXPECT_EQ(info.means.back(), '.') << info.code;
    EXPECT_EQ(info.to_do.back(), '.') << info.code;
    EXPECT_EQ(find_code(info.code), &info) << info.code;
  }
}

TEST(Codes, a_star_stands_for_a_word) {
  ASSERT_NE(find_code("http_502"), nullptr);
  ASSERT_NE(find_code("capability_card_payments_inactive"), nullptr);
  EXPECT_EQ(find_code("http_"), nullptr);
  EXPECT_EQ(find_code("capability_inactive"), nullptr);
  EXPECT_EQ(find_code(""), nullptr);
}

TEST(Codes, near_misses_are_found_the_closest_first) {
  EXPECT_EQ(codes_like("card_declned", 3).front(), "card_declined");
  EXPECT_EQ(codes_like("acount_missing", 3).front(), "account_missing");
  const auto parts = codes_like("consumed", 3);
  EXPECT_NE(std::find(parts.begin(), parts.end(), "original_consumed"), parts.end());
  EXPECT_TRUE(codes_like("qqqqqqqqqqqqqqqq", 3).empty());
}

// What stands before a code of their own where our rooms put it into a record. A new way to do so belongs
// here too.
const std::regex kBefore(
    R"re((?:Problem\{|Remark\{|rejected\(\s*record,\s*|(?:code|reason|failure|failure_) = (?:[^;"]*\? )?)re"
    R"re(|State::\w+, |Kind::\w+, |park\([^"]*|Reject reject\{[^"]*|Reject\{[^"]*|remarked\(\s*account,\s*\{)re"
    R"re(|kMalformed = |inline constexpr const char\* k\w+ = |k(?:CustomerRefused|Others|Unreadable) = )re"
    R"re(|unreachable\(|return \{?)$)re");

bool is_code(std::string_view word) {
  const bool written = std::all_of(word.begin(), word.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
  return written && !word.empty() && word.front() >= 'a';
}

std::set<std::string> made_in(const std::filesystem::path& folder) {
  std::set<std::string> found;
  for (const auto& file : std::filesystem::directory_iterator(folder)) {
    std::ifstream in(file.path());
    const std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    for (std::size_t open = text.find('"'); open != std::string::npos; open = text.find('"', open + 1)) {
      const std::string word = text.substr(open + 1, text.find('"', open + 1) - open - 1);
      const std::size_t from = open < 80 ? 0 : open - 80;
      if (is_code(word) && std::regex_search(text.substr(from, open - from), kBefore)) found.insert(word);
    }
  }
  return found;
}

TEST(Codes, every_code_that_our_rooms_make_is_known) {
  // Words that the same shapes of code are used for; the last line's are bottlenecks, and a survey's own
  // mark.
  const std::set<std::string> others{"key_conflict", "card_payments", "us_bank_account_ach_payments",
                                     "inactive",     "csv",           "email",
                                     "http_",        "capability_",   "name",
                                     "phone",        "connecting",    "source",
                                     "endpoint",     "global",        "in_flight",
                                     "lane",         "nothing",       "refused",
                                     "queue",        "kafka",         "plaintext"};
  std::set<std::string> made;
  for (const char* room : {"intake", "plan", "pipeline", "stripe", "ledger"})
    made.merge(made_in(std::filesystem::path(PAYFERRY_SOURCE) / "src" / room));
  EXPECT_GT(made.size(), 40U);
  for (const std::string& code : made) {
    const bool known = others.contains(code) || find_code(code) != nullptr;
    EXPECT_TRUE(known) << code << " is not in src/core/code_list.cpp";
  }
  for (const char* sure :
       {"csv_columns", "target_customer_conflict", "original_consumed", "settling", "unknown",
        "attached_elsewhere", "account_not_ready", "other_customers", "timeout", "type_excluded"})
    EXPECT_TRUE(made.contains(sure)) << sure << " is not found in the code: the search has become blind";
}

}  // namespace
}  // namespace payferry
