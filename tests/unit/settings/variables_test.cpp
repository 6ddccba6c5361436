#include "settings/variables.hpp"

#include <gtest/gtest.h>

#include "loading.hpp"

namespace payferry::settings {
namespace {

Expanded expanded(std::string_view text) {
  return expand(text,
                test::environment_of({{"A", "one"}, {"_b2", "two"}, {"DOLLAR", "${A}"}, {"EMPTY", ""}}));
}

TEST(Variables, AreFilledInAnywhere) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"plain", "plain"},     {"${A}", "one"}, {"x-${A}-${_b2}.csv", "x-one-two.csv"},
      {"${A}${A}", "oneone"}, {"$$", "$"},     {"$${A}", "${A}"},
      {"$$${A}", "$one"},     {"$A", "$A"},    {"a$", "a$"},
      {"${EMPTY}", ""},       {"{A}", "{A}"},  {"${DOLLAR}", "${A}"},
  };
  for (const auto& [text, expected] : cases) {
    const Expanded result = expanded(text);
    EXPECT_EQ(result.text, expected) << text;
    EXPECT_TRUE(result.problems.empty()) << text;
  }
}

TEST(Variables, TellsWhetherThereWereAny) {
  EXPECT_TRUE(expanded("${A}").has_variables);
  EXPECT_FALSE(expanded("$${A}").has_variables);
}

TEST(Variables, NamesEachOneThatIsNotSet) {
  const Expanded result = expanded("${NOPE}/${A}/${NEITHER}");
  EXPECT_TRUE(result.has_unset);
  ASSERT_EQ(result.problems.size(), 2u);
  EXPECT_EQ(result.problems[0], "the variable `NOPE` is not set: set it in the environment of this command");
  EXPECT_EQ(result.problems[1],
            "the variable `NEITHER` is not set: set it in the environment of this command");
}

TEST(Variables, RefusesWhatIsNoReference) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"${A", "`${` before `A` is not closed"},    {"${A:-one}", "`${` before `A` is not closed"},
      {"${A B}", "`${` before `A` is not closed"}, {"${}", "a `${` has no variable's name"},
      {"${1}", "a `${` has no variable's name"},   {"${", "a `${` has no variable's name"},
      {"${ A}", "a `${` has no variable's name"},
  };
  for (const auto& [text, beginning] : cases) {
    const Expanded result = expanded(text);
    ASSERT_EQ(result.problems.size(), 1u) << text;
    EXPECT_EQ(result.problems[0].substr(0, beginning.size()), beginning);
  }
}

TEST(Variables, DoesNotRepeatAKeyThatStandsWhereANameBelongs) {
  const Expanded result = expanded("${sk_live_4242}");
  ASSERT_EQ(result.problems.size(), 1u);
  EXPECT_EQ(result.problems[0].find("4242"), std::string::npos);
}

TEST(Variables, ComeFromTheProcess) {
  ::setenv("PAYFERRY_TEST_VARIABLE", "here", 1);
  ::unsetenv("PAYFERRY_TEST_NOTHING");
  EXPECT_EQ(process_environment()("PAYFERRY_TEST_VARIABLE"), "here");
  EXPECT_EQ(process_environment()("PAYFERRY_TEST_NOTHING"), std::nullopt);
}

}  // namespace
}  // namespace payferry::settings
