#include "telemetry/text.hpp"

#include <gtest/gtest.h>

namespace payferry::telemetry {
namespace {

struct Case {
  std::string bytes;
  std::string valid;
};

class Utf8 : public testing::TestWithParam<Case> {};

TEST_P(Utf8, is_made_valid_byte_by_byte) {
  EXPECT_EQ(valid_utf8(GetParam().bytes), GetParam().valid);
}

#define BAD "\xEF\xBF\xBD"
INSTANTIATE_TEST_SUITE_P(Texts, Utf8,
                         testing::Values(Case{"", ""}, Case{"plain", "plain"}, Case{"größer €😀", "größer €😀"},
                                         Case{"\xFF", BAD}, Case{"a\xC3", "a" BAD}, Case{"\xC3(", BAD "("},
                                         Case{"\xC0\x80", BAD BAD}, Case{"\xE0\x80\x80", BAD BAD BAD},
                                         Case{"\xED\xA0\x80", BAD BAD BAD},
                                         Case{"\xF4\x90\x80\x80", BAD BAD BAD BAD}, Case{"\x80x", BAD "x"},
                                         Case{"\xF0\x9F\x98", BAD BAD BAD}));

TEST(JsonQuoted, escapes_what_json_and_terminals_must_not_see) {
  EXPECT_EQ(json_quoted("a\"b\\c\n\x1b"), R"("a\"b\\c\n\u001B")");
  EXPECT_EQ(json_quoted("größer"), "\"größer\"");
  EXPECT_EQ(json_quoted("\xC2\x9B"), R"("\u009B")");
  EXPECT_EQ(json_quoted(std::string_view("a\0b", 3)), R"("a\u0000b")");
}

TEST(WordOrQuoted, quotes_only_what_is_not_one_plain_word) {
  EXPECT_EQ(word_or_quoted("acct_1"), "acct_1");
  EXPECT_EQ(word_or_quoted("größer"), "größer");
  EXPECT_EQ(word_or_quoted(""), "\"\"");
  EXPECT_EQ(word_or_quoted("a b"), "\"a b\"");
  EXPECT_EQ(word_or_quoted("a=b"), "\"a=b\"");
  EXPECT_EQ(word_or_quoted("a\nb"), "\"a\\nb\"");
  EXPECT_EQ(word_or_quoted("\""), "\"\\\"\"");
}

TEST(WithSeparators, groups_by_thousands) {
  EXPECT_EQ(with_separators(0), "0");
  EXPECT_EQ(with_separators(999), "999");
  EXPECT_EQ(with_separators(1000), "1,000");
  EXPECT_EQ(with_separators(1234567), "1,234,567");
  EXPECT_EQ(with_separators(UINT64_MAX), "18,446,744,073,709,551,615");
}

TEST(Characters, are_counted_and_cut_whole) {
  EXPECT_EQ(length_in_characters("a·€😀"), 4u);
  EXPECT_EQ(first_characters("a·€😀", 3), "a·€");
  EXPECT_EQ(first_characters("a·€😀", 0), "");
  EXPECT_EQ(first_characters("a·", 9), "a·");
}

}  // namespace
}  // namespace payferry::telemetry
