#include <gtest/gtest.h>
#include <sys/stat.h>

#include "loading.hpp"
#include "temp_folder.hpp"

namespace payferry::settings {
namespace {

using test::load_job;
using test::minimal;
using test::mistakes_of;
using Texts = std::vector<std::string>;

TEST(CrossChecks, WithoutCustomerThereIsNoDefaultToSet) {
  const std::string mistake =
      ": target.set_default: there is no customer to set a default on with `customer: none`: give none, or "
      "remove it";
  EXPECT_EQ(mistakes_of(load_job(minimal("target: { customer: none,\n  set_default: first }\n"))),
            Texts{"/jobs/job.yaml:7" + mistake});
  EXPECT_EQ(
      mistakes_of(load_job(minimal("target: { set_default: marked }\n"), "target: { customer: none }\n")),
      Texts{"/jobs/job.yaml:6" + mistake});
  EXPECT_EQ(mistakes_of(load_job(minimal(), "target: { set_default: marked, customer: none }\n")),
            Texts{"/etc/payferry.yaml:1" + mistake});
}

TEST(CrossChecks, TheStandardRuleGivesWayToNoCustomer) {
  const std::pair<std::string, std::optional<std::string>> cases[] = {
      {"target: { customer: none }\n", std::nullopt},
      {"target: { customer: none, set_default: none }\n", std::nullopt},
      {"target: { customer: none }\n", "target: { set_default: marked }\n"},
  };
  for (const auto& [job, config] : cases) {
    const Loaded loaded = load_job(minimal(job), config);
    EXPECT_EQ(mistakes_of(loaded), Texts{}) << job;
    EXPECT_EQ(loaded.settings.target.set_default, DefaultRule::none);
  }
}

TEST(CrossChecks, TheCaFileMustBeReadable) {
  const test::TempFolder folder;
  const std::string file = folder.write("ca.pem", "-----BEGIN\n").string();
  const Loaded good = load_job(minimal("  ca_file: " + file + "\n"));
  EXPECT_EQ(mistakes_of(good), Texts{});
  EXPECT_EQ(good.settings.stripe.ca_file, file);
  EXPECT_EQ(mistakes_of(load_job(minimal("  ca_file: ca.pem\n"))),
            Texts{"/jobs/job.yaml:6: stripe.ca_file: the file does not exist: give the path of a file"});
  EXPECT_EQ(load_job(minimal("  ca_file: " + folder.path().string() + "\n")).mistakes.size(), 1u);
}

TEST(CrossChecks, APipeIsNoCaFileAndIsNotWaitedFor) {
  const test::TempFolder folder;
  const std::string pipe = (folder.path() / "pipe").string();
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  EXPECT_EQ(load_job(minimal("  ca_file: " + pipe + "\n")).mistakes.size(), 1u);
}

TEST(CrossChecks, TheCustomersFileMustBeReadable) {
  const test::TempFolder folder;
  const std::string file = folder.write("c.csv", "account,customer,target_customer\n").string();
  const Loaded good = load_job(minimal("target: { customers_file: " + file + " }\n"));
  EXPECT_EQ(mistakes_of(good), Texts{});
  EXPECT_EQ(good.settings.target.customers_file, file);
  EXPECT_EQ(
      mistakes_of(load_job(minimal("target: { customers_file: c.csv }\n"))),
      Texts{"/jobs/job.yaml:6: target.customers_file: the file does not exist: give the path of a file"});
}

TEST(CrossChecks, WithoutCustomersThereAreNoCounterparts) {
  const std::string wrong = "there is no customer to look for with `customer: none`: remove it";
  EXPECT_EQ(mistakes_of(load_job(minimal("target: { customer: none, find: metadata:id }\n"))),
            Texts{"/jobs/job.yaml:6: target.find: " + wrong});
  EXPECT_EQ(
      mistakes_of(load_job(minimal("target: { existing_clones: skip }\n"), "target: { customer: none }\n")),
      Texts{"/jobs/job.yaml:6: target.existing_clones: " + wrong});
  const Loaded loaded = load_job(minimal("target: { customer: none }\n"),
                                 "target: { find: metadata:id, existing_clones: skip }\n");
  EXPECT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_EQ(loaded.settings.target.find_key, "");
  EXPECT_EQ(loaded.settings.target.existing_clones, ExistingRule::ignore);
}

TEST(CrossChecks, ALineMustNameItsCustomerOnlyWhereNothingElseCan) {
  const std::pair<const char*, bool> cases[] = {
      {"target: { customer: existing }\n", true},
      {"target: { customer: existing, find: metadata:id }\n", false},
      {"target: { customer: create }\n", false},
  };
  for (const auto& [job, needed] : cases)
    EXPECT_EQ(load_job(minimal(job)).settings.target.needs_target_cell(), needed) << job;
}

TEST(CrossChecks, MissingKeysAreNamed) {
  EXPECT_EQ(
      mistakes_of(load_job("ledger: a.db\n", std::nullopt, false)),
      (Texts{"/jobs/job.yaml: job: is missing: give a name of at most 64 characters a-z, 0-9 and -, the "
             "first no -",
             "/jobs/job.yaml: source.csv: is missing: give the path of a CSV file, or \"-\" for standard "
             "input; or give source.amqp or source.kafka"}));
}

TEST(CrossChecks, AKeyWithAMistakeIsNotMissingToo) {
  EXPECT_EQ(load_job("job: A\nsource: { csv: [] }\nstripe: { api_key: }\n").mistakes.size(), 3u);
}

}  // namespace
}  // namespace payferry::settings
