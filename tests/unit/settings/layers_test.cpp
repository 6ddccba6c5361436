#include <gtest/gtest.h>

#include "loading.hpp"

// The job file over the machine-wide file over the defaults.
namespace payferry::settings {
namespace {

using test::load_job;
using test::minimal;
using test::mistakes_of;
using Texts = std::vector<std::string>;

TEST(Layers, TheJobsKeysOverrideTheMachinesOneByOne) {
  const Loaded loaded =
      load_job(minimal("limits:\n  global: 5\ntarget:\n  accounts: [acct_J]\n"),
               "limits:\n  global: 50\n  endpoint: 10\ntarget:\n  accounts: [acct_M, acct_N]\n"
               "  types: [card]\n");
  ASSERT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_DOUBLE_EQ(loaded.settings.limits.global, 5);
  EXPECT_DOUBLE_EQ(loaded.settings.limits.endpoint, 10);
  EXPECT_EQ(loaded.settings.limits.in_flight, 0);
  EXPECT_EQ(loaded.settings.target.accounts, Texts{"acct_J"});
  EXPECT_EQ(loaded.settings.target.types, Texts{"card"});
}

TEST(Layers, PathsAreRelativeToTheFileInWhichTheyStand) {
  const Loaded loaded = load_job(minimal(), "ledger: ledgers/all.db\n");
  ASSERT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_EQ(loaded.settings.ledger.file(), "/etc/ledgers/all.db");
  EXPECT_EQ(loaded.settings.source.csv, "/jobs/customers.csv");
}

TEST(Layers, MistakesNameTheirOwnFileTheJobsFirst) {
  const Loaded loaded =
      load_job(minimal("run: { outage: 1 }\n"), "\nlimits: { globl: 1 }\nretry: { attempts: 0 }\n");
  EXPECT_EQ(
      mistakes_of(loaded),
      (Texts{
          "/jobs/job.yaml:6: run.outage: `1` has no unit (ms, s, m, h or d): give a duration between 1ms and "
          "365d, such as 90s, 15m or 2h",
          "/etc/payferry.yaml:2: limits.globl: unknown key `globl`: did you mean `global`?",
          "/etc/payferry.yaml:3: retry.attempts: `0` is out of range: give a whole number between 1 and "
          "100"}));
}

TEST(Layers, AnOverriddenValueMustBeRightButItsVariablesNeedNotBeSet) {
  EXPECT_EQ(load_job(minimal("limits: { global: 5 }\n"), "limits: { global: 0 }\n").mistakes.size(), 1u);
  EXPECT_EQ(load_job(minimal("limits: { global: 5 }\n"), "limits: { global: \"${NOPE}\" }\n").mistakes.size(),
            0u);
  EXPECT_EQ(load_job(minimal(), "limits: { global: \"${NOPE}\" }\n").mistakes.size(), 1u);
}

TEST(Layers, TheJobsNameBelongsInTheJobFile) {
  EXPECT_EQ(mistakes_of(load_job(minimal(), "job: all\n")),
            Texts{"/etc/payferry.yaml:1: job: belongs in the job file: remove it here"});
}

TEST(Layers, TheMachinesKeyIsEnough) {
  const Loaded loaded =
      load_job("job: a\nsource: { csv: a.csv }\n", "stripe: { api_key: \"${LIVE_KEY}\" }\n");
  ASSERT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_EQ(loaded.settings.stripe.api_key, test::kLiveKey);
}

TEST(Layers, ABrokenMachineFileHidesNoMistakeOfTheJob) {
  const Texts texts = mistakes_of(load_job(minimal("limits: { global: 0 }\n"), "- a\n"));
  ASSERT_EQ(texts.size(), 2u);
  EXPECT_EQ(texts[1].substr(0, 21), "/etc/payferry.yaml:1:");
}

TEST(Layers, DefaultsOfTheLimitsFollowTheKey) {
  const std::string live = "job: a\nsource: { csv: a.csv }\nstripe: { api_key: \"${LIVE_KEY}\" }\n";
  EXPECT_DOUBLE_EQ(load_job(minimal()).settings.limits.global, 20);
  EXPECT_DOUBLE_EQ(load_job(live).settings.limits.global, 80);
  EXPECT_DOUBLE_EQ(load_job(live).settings.limits.endpoint, 20);
  EXPECT_DOUBLE_EQ(load_job(live + "limits: { global: 20 }\n").settings.limits.global, 20);
  EXPECT_DOUBLE_EQ(load_job(live, "limits: { global: 30 }\n").settings.limits.global, 30);
}

}  // namespace
}  // namespace payferry::settings
