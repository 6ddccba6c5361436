#include "ledger/content.hpp"

#include <gtest/gtest.h>

namespace payferry::ledger {
namespace {

LineContent full() {
  LineContent content;
  content.target_customer = "cus_t";
  content.type = "card";
  content.is_default = true;
  content.name = "Zoë \"Quote\" \\ \n";
  content.email = "z@example.com";
  content.phone = "+49";
  content.metadata = {{"b", "2"}, {"a", "1"}, {"", "empty key"}};
  return content;
}

TEST(Content, comes_back_as_it_was) {
  EXPECT_EQ(decode_content(encode(full())), full());
  EXPECT_EQ(decode_content(encode(LineContent{})), LineContent{});
}

TEST(Content, that_is_gone_or_damaged_is_empty) {
  for (const char* text : {"", "{", "[]", "null", "{\"name\":7}"})
    EXPECT_EQ(decode_content(text), LineContent{}) << text;
}

TEST(Content, that_is_damaged_has_no_texts_where_other_things_stand) {
  const LineContent content =
      decode_content(R"({"metadata":{"a":7,"b":[1],"c":null,"d":"kept"},"name":"kept"})");
  using Pairs = decltype(content.metadata);
  EXPECT_EQ(content.metadata, (Pairs{{"a", ""}, {"b", ""}, {"c", ""}, {"d", "kept"}}));
  EXPECT_EQ(content.name, "kept");
}

TEST(Content, every_field_changes_the_digest) {
  const auto digest = [](auto change) {
    Entry entry;
    entry.customer = "cus_1";
    entry.content = full();
    change(entry);
    return digest_of(entry);
  };
  const std::int64_t same = digest([](Entry&) {});
  EXPECT_EQ(same, digest([](Entry& e) { e.line = 99; }));
  EXPECT_NE(same, digest([](Entry& e) { e.customer = "cus_2"; }));
  EXPECT_NE(same, digest([](Entry& e) { e.content.target_customer.clear(); }));
  EXPECT_NE(same, digest([](Entry& e) { e.content.type.clear(); }));
  EXPECT_NE(same, digest([](Entry& e) { e.content.is_default = false; }));
  EXPECT_NE(same, digest([](Entry& e) { e.content.name += "x"; }));
  EXPECT_NE(same, digest([](Entry& e) { e.content.email += "x"; }));
  EXPECT_NE(same, digest([](Entry& e) { e.content.phone += "x"; }));
  EXPECT_NE(same, digest([](Entry& e) { e.content.metadata[0].second = "3"; }));
}

TEST(List, comes_back_as_it_was) {
  const std::vector<std::string> list{"a", "", "with \"quotes\", commas\nand ends", "ü"};
  EXPECT_EQ(decode_list(encode(list)), list);
  EXPECT_TRUE(decode_list("").empty());
  EXPECT_TRUE(decode_list("{\"a\":1}").empty());
}

}  // namespace
}  // namespace payferry::ledger
