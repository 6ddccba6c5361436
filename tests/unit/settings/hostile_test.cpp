#include <gtest/gtest.h>

#include <random>

#include "loading.hpp"
#include "settings/files.hpp"

// Whatever the bytes: mistakes, never an exception, a crash or a secret.
namespace payferry::settings {
namespace {

TEST(Hostile, RepeatedTokensOfAnyKindEndInMistakes) {
  const std::string_view tokens[] = {"[",
                                     "{",
                                     "- ",
                                     "? ",
                                     ": ",
                                     "&a ",
                                     "*a ",
                                     "!",
                                     "\"",
                                     "'",
                                     "|",
                                     ">",
                                     "%",
                                     ",",
                                     "a: {",
                                     "a: [",
                                     "[a: ",
                                     "- a: ",
                                     "---\n",
                                     "...\n",
                                     "]",
                                     "#",
                                     "`",
                                     "? [",
                                     "!a ",
                                     "{a: ",
                                     "[?",
                                     "\xef\xbb\xbf",
                                     "\r",
                                     "<<: *a\n",
                                     "&a [*a, ",
                                     "a:\n- ",
                                     "\"\\",
                                     "${",
                                     "[]: ",
                                     "k: &a [*a]\n",
                                     std::string_view("\0", 1)};
  for (const std::string_view token : tokens) {
    std::string text = "job: a\nsource: ";
    while (text.size() + token.size() <= 64 * 1024) text += token;
    EXPECT_FALSE(test::load_job(text).mistakes.empty()) << token;
  }
}

TEST(Hostile, RandomBytesEndInMistakes) {
  std::mt19937 random(4242);
  for (int i = 0; i < 2000; ++i) {
    std::string text(random() % 200, '\0');
    for (char& c : text) c = static_cast<char>(random());
    EXPECT_FALSE(test::load_job(text).mistakes.empty());
  }
}

TEST(Hostile, RandomYamlNeverEscapes) {
  const std::string_view pieces[] = {
      "job",    ": ",     "\n",       "  ",    "- ",   "[",      "]",   "{", "}", "stripe", "api_key", "${",
      "}",      "$$",     "*a",       "&a ",   "'",    "\"",     "|",   ">", "~", "limits", "global",  "0",
      "acct_A", "target", "accounts", "types", "card", "!!str ", "!x ", "?", "#", ","};
  std::mt19937 random(99);
  for (int i = 0; i < 20'000; ++i) {
    std::string text;
    for (std::size_t n = random() % 40; n > 0; --n) text += pieces[random() % std::size(pieces)];
    for (const Mistake& mistake : test::load_job(text, text).mistakes) EXPECT_FALSE(mistake.message.empty());
  }
}

TEST(Hostile, MutilatedJobFilesNeverEscape) {
  const std::string whole =
      test::minimal("target:\n  accounts: [acct_A, \"acct_B\"]\nlimits: { global: 80 }\n");
  std::mt19937 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = whole.substr(0, random() % (whole.size() + 1));
    for (int n = 0; n < 3 && !text.empty(); ++n) text[random() % text.size()] = static_cast<char>(random());
    for (const Mistake& mistake : test::load_job(text).mistakes) EXPECT_FALSE(mistake.message.empty());
  }
}

TEST(Hostile, ATextLargerThanAFileMayBeIsRefused) {
  const Loaded loaded = test::load_job(std::string(kMaxFileSize + 1, '\n'));
  ASSERT_EQ(loaded.mistakes.size(), 1u);
  EXPECT_EQ(loaded.mistakes[0].message, "is larger than 1 MiB: is this the right file?");
}

TEST(Hostile, NoVariableShowsItsValueWhereverItStands) {
  for (const std::string_view line :
       {"job: ${SECRET}", "source: { csv: \"${SECRET}\\n\" }", "run: { outage: \"${SECRET}\" }",
        "limits: { global: \"${SECRET}\", scope: \"${SECRET}\" }",
        "target: { accounts: [\"${SECRET}\", \"${SECRET}\"], types: \"${SECRET}\" }",
        "metrics: { listen: \"${SECRET}\" }", "ledger: \"${SECRET}://\"",
        "stripe: { api_key: \"${SECRET}\", api_base: \"${SECRET}\", ca_file: \"${SECRET}\" }",
        "stripe: { api_key_file: \"${SECRET}\" }"}) {
    const Loaded loaded =
        load_text({"/jobs/job.yaml", line}, std::nullopt, test::environment_of({{"SECRET", "Hu.sh"}}));
    EXPECT_FALSE(loaded.mistakes.empty());
    for (const Mistake& mistake : loaded.mistakes) {
      EXPECT_EQ(to_string(mistake).find("Hu.sh"), std::string::npos) << to_string(mistake);
    }
  }
}

}  // namespace
}  // namespace payferry::settings
