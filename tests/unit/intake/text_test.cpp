#include "intake/text.hpp"

#include <gtest/gtest.h>

#include <string>

namespace payferry::intake {
namespace {

using namespace std::string_literals;

TEST(Text, OnlySpacesAndTabsAtTheEndsAreTrimmed) {
  EXPECT_EQ(trimmed(" \t a b\t "), "a b");
  EXPECT_EQ(trimmed("\n"), "\n");
  EXPECT_EQ(trimmed(" \t"), "");
  EXPECT_EQ(trimmed("\xC2\xA0x"), "\xC2\xA0x");
}

TEST(Text, PlainAsciiHasNeitherNulNorAHighBitAtAnyPlace) {
  EXPECT_TRUE(is_plain_ascii(""));
  for (std::size_t size = 1; size <= 20; ++size) {
    EXPECT_TRUE(is_plain_ascii(std::string(size, '\x7f')));
    EXPECT_TRUE(is_plain_ascii(std::string(size, '\x01')));
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text[at] = '\0';
      EXPECT_FALSE(is_plain_ascii(text)) << size << " NUL at " << at;
      text[at] = '\x80';
      EXPECT_FALSE(is_plain_ascii(text)) << size << " high bit at " << at;
    }
  }
}

TEST(Text, Utf8IsReadStrictly) {
  for (const std::string& good : {""s, "abc"s, "\0"s, "Z\xC3\xBCrich"s, "\xE2\x82\xAC"s, "\xF0\x9F\x92\xB3"s,
                                  "\xEF\xBF\xBF"s, "\xED\x9F\xBF"s, "\xF4\x8F\xBF\xBF"s})
    EXPECT_TRUE(is_utf8(good)) << testing::PrintToString(good);
  for (const std::string& bad : {"\xC3"s,
                                 "\xC3("s,
                                 "\x80"s,
                                 "\xC0\xAF"s,
                                 "\xC1\xBF"s,
                                 "\xE0\x80\xAF"s,
                                 "\xE0\x9F\xBF"s,
                                 "\xED\xA0\x80"s,
                                 "\xED\xBF\xBF"s,
                                 "\xF0\x80\x80\xAF"s,
                                 "\xF0\x8F\xBF\xBF"s,
                                 "\xF4\x90\x80\x80"s,
                                 "\xF5\x80\x80\x80"s,
                                 "\xFE"s,
                                 "\xFF"s,
                                 "\xE2\x82"s,
                                 "\xF0\x9F\x92"s,
                                 "M\xFCller"s,
                                 "\xC3\xBC\xC3"s,
                                 "\xE2\x82\0"s})
    EXPECT_FALSE(is_utf8(bad)) << testing::PrintToString(bad);
}

TEST(Text, CharactersAreCountedNotBytes) {
  EXPECT_EQ(count_characters(""), 0u);
  EXPECT_EQ(count_characters("a\xC3\xBC\xE2\x82\xAC\xF0\x9F\x92\xB3"), 4u);
}

TEST(Text, OnlyWhatLooksLikeAnIdMayBeRepeated) {
  for (const char* id : {"pm_123", "cus_ABCdef", "acct-x_1", "pm_1-2", "a_"}) {
    const bool expected = std::string(id).find('-') > std::string(id).find('_');
    EXPECT_EQ(is_repeatable(id), expected) << id;
  }
  for (const std::string& text :
       {""s, "4242424242424242"s, "jane@example.com"s, "jane_doe@example.com"s, "Jane Doe"s, "_x"s,
        "sk_test_abc"s, "sk_live_4eC39HqLyjWDarjtT1zdp7dc"s, "rk_live_x1"s, "+15551234"s, "pm_\xC3\xBC"s,
        "pm_" + std::string(70, 'a'), "555_1234"s})
    EXPECT_FALSE(is_repeatable(text)) << text;
}

}  // namespace
}  // namespace payferry::intake
