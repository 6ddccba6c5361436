#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

#include "loading.hpp"
#include "settings/schema.hpp"
#include "settings/yaml_tree.hpp"

// config/ and jobs/ hold what the code says.
namespace payferry::settings {
namespace {

namespace fs = std::filesystem;
const fs::path kRoot = PAYFERRY_ROOT;

std::string text_of(const fs::path& file) {
  std::ifstream stream(file);
  std::stringstream text;
  text << stream.rdbuf();
  EXPECT_FALSE(text.str().empty()) << file;
  return text.str();
}

struct Line {
  std::string key;    // dotted
  std::string value;  // as written
  std::string above;  // the comment in the line before
  bool is_active = true;
};

std::string without_indent(const std::string& line) {
  const std::size_t first = line.find_first_not_of(' ');
  return first == std::string::npos ? "" : line.substr(first);
}

// The keys of config/payferry.yaml, those behind a # without a blank included.
std::vector<Line> lines_of_config() {
  std::istringstream stream(text_of(kRoot / "config/payferry.yaml"));
  std::vector<Line> lines;
  std::string section;
  std::string above;
  for (std::string raw; std::getline(stream, raw);) {
    std::string line = without_indent(raw);
    const bool indented = line != raw;
    const bool is_active = !line.starts_with('#');
    if (line.empty() || line.starts_with("# ")) {
      above = line.substr(std::min<std::size_t>(2, line.size()));
      continue;
    }
    if (!is_active) line.erase(0, 1);
    const std::size_t colon = line.find(':');
    const std::string name = line.substr(0, colon);
    const std::string value = without_indent(line.substr(colon + 1));
    if (!indented) section = value.empty() ? name : "";
    if (!value.empty())
      lines.push_back({section.empty() ? name : section + "." + name, value, above, is_active});
  }
  return lines;
}

TEST(ShippedConfig, NamesEveryKeyOfTheSchemaWithItsDefaultAndItsSentence) {
  // Their defaults depend on the key and on the job file's folder: written out they would mean something
  // else.
  const std::set<std::string_view> depends{"limits.global", "ledger"};
  std::vector<std::string> expected;
  for (const Key& key : schema()) {
    if (!key.job_only) expected.emplace_back(key.name);
  }
  std::vector<std::string> found;
  for (const Line& line : lines_of_config()) {
    found.push_back(line.key);
    const Key* const key = find_key(line.key);
    ASSERT_NE(key, nullptr) << line.key;
    EXPECT_EQ(line.above, key->about) << line.key;
    EXPECT_EQ(line.is_active, !key->standard.empty() && !depends.contains(key->name)) << line.key;
    if (!key->standard.empty()) {
      EXPECT_EQ(line.value, key->standard) << line.key;
    }
  }
  EXPECT_EQ(found, expected);
}

TEST(ShippedConfig, ChangesNothing) {
  const std::string config = text_of(kRoot / "config/payferry.yaml");
  for (const std::string key : {"${STRIPE_SECRET_KEY}", "${LIVE_KEY}"}) {
    const std::string job = "job: a\nsource: { csv: a.csv }\nstripe: { api_key: \"" + key + "\" }\n";
    const Loaded plain = test::load_job(job);
    const Loaded with = test::load_job(job, config);
    EXPECT_EQ(test::mistakes_of(with), std::vector<std::string>{});
    const Settings& a = plain.settings;
    const Settings& b = with.settings;
    EXPECT_EQ(a.stripe.api_base, b.stripe.api_base);
    EXPECT_EQ(a.stripe.api_version, b.stripe.api_version);
    EXPECT_EQ(a.stripe.timeout, b.stripe.timeout);
    EXPECT_EQ(a.target.types, b.target.types);
    EXPECT_EQ(a.target.set_default, b.target.set_default);
    EXPECT_EQ(a.limits.global, b.limits.global);
    EXPECT_EQ(a.limits.endpoint, b.limits.endpoint);
    EXPECT_EQ(a.limits.in_flight, b.limits.in_flight);
    EXPECT_EQ(a.retry.attempts, b.retry.attempts);
    EXPECT_EQ(a.run.deadline, b.run.deadline);
    EXPECT_EQ(a.run.outage, b.run.outage);
    EXPECT_EQ(a.ledger, b.ledger);
    EXPECT_EQ(a.ledger_create, b.ledger_create);
    EXPECT_EQ(a.metrics.listen, b.metrics.listen);
  }
}

TEST(ShippedConfig, TheExamplesOfCommentedKeysAreValid) {
  for (const Line& line : lines_of_config()) {
    if (line.is_active || line.key == "stripe.api_key_file" || line.key == "stripe.ca_file") continue;
    // A source of its own takes the place of the list, and its password is a file.
    if (line.key == "source.amqp" || line.key == "source.kafka") continue;
    if (find_key(line.key)->tree) {
      const std::size_t dot = line.key.find('.');
      const std::string config =
          line.key.substr(0, dot) + ": { " + line.key.substr(dot + 1) + ": " + line.value + " }\n";
      const Loaded loaded = test::load_job(
          "job: a\nsource: { csv: a.csv }\nstripe: { api_key: \"${STRIPE_SECRET_KEY}\" }\n", config);
      EXPECT_EQ(test::mistakes_of(loaded), std::vector<std::string>{}) << line.key;
      continue;
    }
    const Tree tree = parse_yaml("v: " + line.value);
    ASSERT_TRUE(tree.root);
    const Node& node = *tree.root->pairs[0].second;
    std::vector<std::string> texts;
    for (const NodePtr& item : node.items) texts.push_back(item->text);
    if (texts.empty()) texts.push_back(line.key == "stripe.api_key" ? "sk_test_1" : node.text);
    Draft draft;
    for (const std::string& text : texts) {
      EXPECT_EQ(find_key(line.key)->convert({text, text, false, false, "/"}, draft), std::nullopt)
          << line.key;
    }
  }
}

TEST(ShippedJobs, AreWithoutMistakes) {
  const Environment environment = test::environment_of({{"STRIPE_SECRET_KEY", test::kTestKey},
                                                        {"ONBOARDING_DIR", "/srv/onboarding"},
                                                        {"PAYFERRY_QUEUE_PASSWORD", "hush"}});
  std::set<std::string> names;
  for (const fs::directory_entry& folder : fs::directory_iterator(kRoot / "jobs")) {
    if (!folder.is_directory()) continue;
    const bool key_is_elsewhere = folder.path().filename() == "one-time-migration";
    const Loaded loaded = load(folder.path() / "job.yaml", std::nullopt, environment, !key_is_elsewhere);
    EXPECT_EQ(test::mistakes_of(loaded), std::vector<std::string>{}) << folder.path();
    EXPECT_TRUE(names.insert(loaded.settings.job).second) << folder.path();
  }
  EXPECT_GE(names.size(), 3u);
}

TEST(ShippedJobs, TheExampleHasItsList) {
  const Loaded loaded = load(kRoot / "jobs/example/job.yaml", std::nullopt,
                             test::environment_of({{"STRIPE_SECRET_KEY", test::kTestKey}}));
  EXPECT_TRUE(text_of(loaded.settings.source.csv).starts_with("customer,payment_method,account,"));
  EXPECT_EQ(loaded.settings.stripe.api_base, "http://127.0.0.1:12112");
}

}  // namespace
}  // namespace payferry::settings
