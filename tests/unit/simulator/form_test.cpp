#include "simulator/form.hpp"

#include <gtest/gtest.h>

namespace payferry::simulator {
namespace {

TEST(Form, DecodesEscapesPlusAndBrackets) {
  Params params;
  ASSERT_FALSE(decode_form("name=Ada+L%C3%A9a&metadata%5Ba%5D=1%2B1&empty=", params));
  EXPECT_EQ(params.get("name"), "Ada Léa");
  EXPECT_EQ(params.get("metadata[a]"), "1+1");
  ASSERT_TRUE(params.find("empty"));
  EXPECT_EQ(params.get("empty"), "");
}

TEST(Form, IndexedArraysAreTheSameAsPlainOnes) {
  Params params;
  ASSERT_FALSE(decode_form("expand[0]=a&expand[1]=b&expand[]=c&metadata[0]=kept", params));
  ASSERT_EQ(params.pairs.size(), 4u);
  EXPECT_EQ(params.pairs[0].first, "expand[]");
  EXPECT_EQ(params.pairs[1].first, "expand[]");
  EXPECT_EQ(params.pairs[3].first, "metadata[0]");
}

TEST(Form, RefusesWhatCannotBeRead) {
  for (const char* text : {"a=%4", "a=%zz", "%=1", "a=%ff", "a=%c0%80", "a=%ed%a0%80", "a=1&a=2", "=1"}) {
    Params params;
    const auto error = decode_form(text, params);
    ASSERT_TRUE(error) << text;
    EXPECT_EQ(error->status, 400) << text;
  }
}

TEST(Form, CountsCharactersNotBytes) {
  EXPECT_EQ(characters("Léa"), 3u);
  EXPECT_EQ(characters("日本"), 2u);
}

}  // namespace
}  // namespace payferry::simulator
