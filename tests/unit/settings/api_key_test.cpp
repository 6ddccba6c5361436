#include <gtest/gtest.h>

#include "loading.hpp"
#include "temp_folder.hpp"

namespace payferry::settings {
namespace {

using test::mistakes_of;
using Texts = std::vector<std::string>;

constexpr const char* kTakes =
    ": give ${STRIPE_SECRET_KEY} holding a secret or restricted key (sk_… or rk_…), or use api_key_file";

// The key's line is 4.
std::string job_with(const std::string& line) {
  return "job: a\nsource: { csv: a.csv }\nstripe:\n  " + line + "\n";
}

Loaded load_with_variable(const std::string& key) {
  return load_text({"/jobs/job.yaml", job_with("api_key: ${KEY}")}, std::nullopt,
                   test::environment_of({{"KEY", key}}));
}

TEST(ApiKey, DecidesTheMode) {
  const std::pair<std::string, Mode> cases[] = {{"sk_test_1", Mode::test},
                                                {"rk_test_1", Mode::test},
                                                {"rkcs_test_1", Mode::test},
                                                {"sk_live_1", Mode::live},
                                                {"rk_live_1", Mode::live}};
  for (const auto& [key, mode] : cases) {
    const Loaded loaded = load_with_variable(key);
    EXPECT_EQ(mistakes_of(loaded), Texts{}) << key;
    EXPECT_EQ(loaded.settings.mode, mode) << key;
    EXPECT_EQ(loaded.settings.stripe.api_key, key);
  }
}

TEST(ApiKey, IsRefusedWithoutBeingRepeated) {
  const std::string kind =
      "is not a key that begins with sk_test_, sk_live_, rk_test_, rk_live_ or rkcs_test_";
  const std::pair<std::string, std::string> cases[] = {
      {"pk_live_hush", "is a publishable key, which Stripe refuses here"},
      {"sk_org_hush", kind},
      {"hush", kind},
      {" sk_test_hush", kind},
      {"sk_test_hush hush", "holds characters that no key holds (blanks, or others than ASCII)"},
      {"sk_test_hüsh", "holds characters that no key holds (blanks, or others than ASCII)"},
      {"sk_test_hush\n", "holds a line end or another control character"},
      {"sk_test_", "is only the beginning of a key"},
      {"rkcs_test_", "is only the beginning of a key"},
      {"", "is empty"},
  };
  for (const auto& [key, problem] : cases) {
    EXPECT_EQ(mistakes_of(load_with_variable(key)),
              Texts{"/jobs/job.yaml:4: stripe.api_key: the value of `${KEY}` " + problem + kTakes})
        << key;
  }
}

TEST(ApiKey, ALiteralKeyIsTakenAndALiteralLiveKeyIsWarnedOf) {
  const Loaded test_key = test::load_job(job_with("api_key: sk_test_4242"));
  EXPECT_EQ(mistakes_of(test_key), Texts{});
  EXPECT_TRUE(test_key.warnings.empty());
  for (const std::string live : {"sk_live_hush", "rk_live_hush", "\"sk_live_${NAME}\""}) {
    const Loaded loaded = test::load_job(job_with("api_key: " + live));
    ASSERT_EQ(loaded.warnings.size(), 1u) << live;
    EXPECT_EQ(loaded.warnings[0].find("hush"), std::string::npos);
  }
}

TEST(ApiKey, MustBeThereOnlyForCommandsThatNeedIt) {
  const std::string none = "job: a\nsource: { csv: a.csv }\n";
  const std::string unset = job_with("api_key: ${NOPE}");
  const std::string empty = job_with("api_key: ${EMPTY}");
  const std::string file = job_with("api_key_file: /nothing/here");
  const std::string unset_file = job_with("api_key_file: ${NOPE}/key");
  for (const std::string& text : {none, unset, empty, file, unset_file}) {
    EXPECT_EQ(test::load_job(text).mistakes.size(), 1u) << text;
    const Loaded loaded = test::load_job(text, std::nullopt, false);
    EXPECT_EQ(mistakes_of(loaded), Texts{}) << text;
    EXPECT_EQ(loaded.settings.mode, Mode::test);
    EXPECT_EQ(loaded.settings.stripe.api_key, "");
  }
  EXPECT_EQ(mistakes_of(test::load_job(none)),
            Texts{std::string("/jobs/job.yaml: stripe.api_key: is missing") + kTakes});
  EXPECT_EQ(mistakes_of(test::load_job(unset)), Texts{"/jobs/job.yaml:4: stripe.api_key: the variable `NOPE` "
                                                      "is not set: set it in the environment of this "
                                                      "command"});
}

TEST(ApiKey, IsKnownToOtherCommandsIfItIsThere) {
  const Loaded loaded = test::load_job(job_with("api_key: ${LIVE_KEY}"), std::nullopt, false);
  EXPECT_EQ(loaded.settings.mode, Mode::live);
  EXPECT_DOUBLE_EQ(loaded.settings.limits.global, 80);
}

TEST(ApiKey, EitherTheKeyOrAFile) {
  EXPECT_EQ(
      mistakes_of(test::load_job(job_with("api_key: ${LIVE_KEY}\n  api_key_file: key"))),
      Texts{"/jobs/job.yaml:5: stripe.api_key_file: api_key and api_key_file are both given: keep one"});
}

TEST(ApiKey, TheJobsChoiceReplacesTheMachines) {
  const test::TempFolder folder;
  const std::string file = "api_key_file: " + folder.write("key", "sk_test_file\n").string();
  const Loaded by_file = test::load_job(job_with(file), "stripe: { api_key: \"${NOPE}\" }\n");
  EXPECT_EQ(mistakes_of(by_file), Texts{});
  EXPECT_EQ(by_file.settings.stripe.api_key, "sk_test_file");
  const Loaded by_key =
      test::load_job(job_with("api_key: ${LIVE_KEY}"), "stripe: { api_key_file: /nothing }\n");
  EXPECT_EQ(mistakes_of(by_key), Texts{});
  EXPECT_EQ(by_key.settings.stripe.api_key, test::kLiveKey);
}

struct FileCase {
  std::string text;
  int mode;
  std::string mistake;  // empty: none
  bool warned = false;
};

TEST(ApiKeyFile, ItsFirstLineIsTheKey) {
  const std::string write = ": write a secret or restricted key (sk_… or rk_…) there";
  const FileCase cases[] = {
      {"sk_test_1\n", 0644, ""},
      {"  sk_live_1 \r\nnotes\n", 0600, ""},
      {"sk_live_1", 0400, ""},
      {"sk_live_1\n", 0640, "", true},
      {"sk_live_1\n", 0604, "", true},
      {"", 0600, "the file's first line is empty: write the key there"},
      {"\nsk_test_1\n", 0600, "the file's first line is empty: write the key there"},
      {"pk_live_hush\n", 0600,
       "the file's first line is a publishable key, which Stripe refuses here" + write},
      {"hush\n", 0600,
       "the file's first line is not a key that begins with sk_test_, sk_live_, rk_test_, rk_live_ or "
       "rkcs_test_" +
           write},
  };
  const test::TempFolder folder;
  folder.write("job.yaml", job_with("api_key_file: ./secret/../key"));
  for (const FileCase& c : cases) {
    const auto file = folder.write("key", c.text, c.mode);
    const Loaded loaded = load(folder.path() / "job.yaml", std::nullopt, test::environment_of({}));
    const std::string place = (folder.path() / "job.yaml").string() + ":4: stripe.api_key_file: ";
    EXPECT_EQ(mistakes_of(loaded), c.mistake.empty() ? Texts{} : Texts{place + c.mistake}) << c.text;
    EXPECT_EQ(loaded.settings.stripe.api_key.empty(), !c.mistake.empty());
    EXPECT_EQ(loaded.warnings.size(), c.warned ? 1u : 0u) << c.text;
    std::filesystem::remove(file);
  }
}

TEST(ApiKeyFile, MustBeAReadableFile) {
  const test::TempFolder folder;
  EXPECT_EQ(mistakes_of(test::load_job(job_with("api_key_file: /nothing/here"))),
            Texts{"/jobs/job.yaml:4: stripe.api_key_file: the file does not exist: give the path of a file"});
  EXPECT_EQ(mistakes_of(test::load_job(job_with("api_key_file: " + folder.path().string()))),
            Texts{"/jobs/job.yaml:4: stripe.api_key_file: the file is a directory: give the path of a file"});
}

}  // namespace
}  // namespace payferry::settings
