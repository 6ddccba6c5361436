#include "settings/yaml_tree.hpp"

#include <gtest/gtest.h>

namespace payferry::settings {
namespace {

TEST(YamlTree, KeepsEveryPairInOrderWithItsLine) {
  const Tree tree = parse_yaml("a: 1\nb:\n  - x\n  - 'y'\na: ~\n");
  ASSERT_TRUE(tree.root) << tree.problem;
  ASSERT_EQ(tree.root->pairs.size(), 3u);
  EXPECT_EQ(tree.root->pairs[0].first->text, "a");
  EXPECT_EQ(tree.root->pairs[0].second->text, "1");
  const Node& list = *tree.root->pairs[1].second;
  ASSERT_EQ(list.items.size(), 2u);
  EXPECT_EQ(list.items[1]->text, "y");
  EXPECT_EQ(list.items[1]->line, 4);
  EXPECT_TRUE(list.items[1]->quoted);
  EXPECT_FALSE(list.items[0]->quoted);
  EXPECT_EQ(tree.root->pairs[2].first->line, 5);
  EXPECT_EQ(tree.root->pairs[2].second->kind, NodeKind::null);
}

TEST(YamlTree, FollowsAnchors) {
  const Tree tree = parse_yaml("a: &x [1, 2]\nb: *x\n");
  ASSERT_TRUE(tree.root) << tree.problem;
  EXPECT_EQ(tree.root->pairs[1].second, tree.root->pairs[0].second);
}

TEST(YamlTree, KeepsTheUsersOwnTags) {
  const Tree tree = parse_yaml("a: !mine 1\nb: !!str 1\nc: !!int 1\n");
  ASSERT_TRUE(tree.root) << tree.problem;
  EXPECT_EQ(tree.root->pairs[0].second->tag, "!mine");
  EXPECT_EQ(tree.root->pairs[1].second->tag, "");
  EXPECT_TRUE(tree.root->pairs[1].second->quoted);
  EXPECT_FALSE(tree.root->pairs[2].second->quoted);
}

struct Bad {
  std::string text;
  int line;
  std::string problem;  // its beginning
};

TEST(YamlTree, SaysWhatIsWrongAndWhere) {
  const Bad cases[] = {
      {"", 0, "is empty"},
      {"# only words\n", 0, "is empty"},
      {"---\n", 0, "is empty"},
      {"~\n", 0, "is empty"},
      {"a: 1\nb: [1, 2\n", 3, "is not valid YAML here (end of sequence flow not found)"},
      {"a: 1\n b: 2\n", 2, "is not valid YAML here (illegal map value)"},
      {"a: b: c\n", 1, "is not valid YAML here (illegal map value)"},
      {"a:\n\t- 1\n", 2, "is not valid YAML here"},
      {"a: *nobody\n", 1, "is not valid YAML here (the referenced anchor is not defined)"},
      {"a: 1\n---\nb: 2\n", 2, "has a second document here"},
      {"a: 1\n...\nb: 2\n", 3, "has a second document here"},
      {"a: &x [*x]\n", 1, "has an alias inside its own anchor"},
      {"a: \x04\nb: 1\n", 1, "has a control character"},
      {"a: 1\nb: \xff\n", 2, "is not UTF-8"},
  };
  for (const Bad& bad : cases) {
    const Tree tree = parse_yaml(bad.text);
    EXPECT_FALSE(tree.root) << bad.text;
    EXPECT_EQ(tree.line, bad.line) << bad.text;
    EXPECT_EQ(tree.problem.substr(0, bad.problem.size()), bad.problem) << bad.text;
  }
}

TEST(YamlTree, BoundsTheNesting) {
  const auto nested = [](int levels) { return std::string(levels, '[') + std::string(levels, ']'); };
  EXPECT_TRUE(parse_yaml(nested(kMaxNesting - 1)).root);
  const Tree tree = parse_yaml("a: 1\nb: " + nested(kMaxNesting));
  EXPECT_FALSE(tree.root);
  EXPECT_EQ(tree.line, 2);
  EXPECT_EQ(tree.problem.substr(0, 20), "is nested too deeply");
}

TEST(YamlTree, BoundsTheNestingThroughAliasesToo) {
  std::string text = "k0: &a0 [x]\n";
  for (int i = 1; i < 50; ++i) {
    text += "k" + std::to_string(i) + ": &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  }
  const Tree tree = parse_yaml(text);
  EXPECT_FALSE(tree.root);
  EXPECT_EQ(tree.problem.substr(0, 20), "is nested too deeply");
}

}  // namespace
}  // namespace payferry::settings
