#include "settings/text.hpp"

#include <gtest/gtest.h>

namespace payferry::settings {
namespace {

TEST(Text, PlainUtf8WithTabsAndAnyLineEndsIsFine) {
  EXPECT_FALSE(find_bad_text("a:\t1\r\nb: \"kündigung €\xf0\x9f\x9a\xa2\"\n"));
  EXPECT_FALSE(find_bad_text(""));
}

TEST(Text, BytesThatAreNotUtf8AreFoundWithTheirLine) {
  for (const std::string_view bad :
       {"\xff", "\xc0\x80", "\xc3", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80",
        "\xf4\x90\x80\x80", "\x80", "\xe2\x82"}) {
    const auto found = find_bad_text("a: 1\nb: " + std::string(bad));
    ASSERT_TRUE(found) << bad;
    EXPECT_EQ(found->line, 2);
    EXPECT_NE(found->message.find("UTF-8"), std::string::npos);
  }
}

TEST(Text, ControlCharactersAreFoundWithTheirLine) {
  for (const char bad : {'\0', '\x04', '\x1b', '\x7f'}) {
    const auto found = find_bad_text(std::string("a: 1\n\nb: ") + bad + "c");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->line, 3);
    EXPECT_NE(found->message.find("control character"), std::string::npos);
  }
}

TEST(Show, QuotesTheTextOnOneLine) {
  EXPECT_EQ(show("fast"), "`fast`");
  EXPECT_EQ(show("a\nb\x1b[31m"), "`a?b?[31m`");
  EXPECT_EQ(show("größe"), "`größe`");
  EXPECT_EQ(show("\xff!"), "`?!`");
}

TEST(Show, ShortensWithoutCuttingACharacter) {
  EXPECT_EQ(show(std::string(200, 'x')), "`" + std::string(80, 'x') + "…`");
  EXPECT_EQ(show(std::string(79, 'x') + "ü"), "`" + std::string(79, 'x') + "…`");
}

TEST(Show, RepeatsNoKeyAndNothingThatMayBeAnAddress) {
  EXPECT_EQ(show("sk_live_abc123"), "`[key]`");
  EXPECT_EQ(show("https://joe:secret@example.com"), "the value");
}

}  // namespace
}  // namespace payferry::settings
