#include <gtest/gtest.h>

#include "loading.hpp"
#include "temp_folder.hpp"

// Files whose keys are wrong, double, empty or of the wrong shape.
namespace payferry::settings {
namespace {

using test::load_job;
using test::minimal;
using test::mistakes_of;
using Texts = std::vector<std::string>;

struct Case {
  std::string rest;  // from line 6 on
  Texts mistakes;
};

TEST(Structure, MistakesNameLineKeyAndMend) {
  const Case cases[] = {
      {"limits:\n  endpont: 20\n",
       {"/jobs/job.yaml:7: limits.endpont: unknown key `endpont`: did you mean `endpoint`?"}},
      {"limit:\n  global: 20\n", {"/jobs/job.yaml:6: limit: unknown key `limit`: did you mean `limits`?"}},
      {"set_default: none\n",
       {"/jobs/job.yaml:6: set_default: unknown key `set_default`: did you mean `set_default` in the section "
        "`target`?"}},
      {"limits.global: 20\n",
       {"/jobs/job.yaml:6: limits.global: unknown key `limits.global`: did you mean `global` in the section "
        "`limits`?"}},
      {"run:\n  ledger: x.db\n",
       {"/jobs/job.yaml:7: run.ledger: unknown key `ledger`: did you mean `ledger` at the top?"}},
      {"run:\n  speed: 9\n",
       {"/jobs/job.yaml:7: run.speed: unknown key `speed`: known here are deadline, outage, "
        "max_failures, max_failure_share"}},
      {"run:\n  run: 9\n",
       {"/jobs/job.yaml:7: run.run: unknown key `run`: known here are deadline, outage, "
        "max_failures, max_failure_share"}},
      {"a: &x\n  b: 1\n<<: *x\n",
       {"/jobs/job.yaml:6: a: unknown key `a`: known at the top are job, source, stripe, target, limits, "
        "retry, "
        "run, ledger, ledger_create, fleet, metrics, notify",
        "/jobs/job.yaml:8: <<: unknown key `<<`: merge keys are not supported, write the keys out"}},
      {"ledger: a.db\nledger: b.db\n",
       {"/jobs/job.yaml:7: ledger: stands here a second time (first in line 6): keep one"}},
      {"run:\n  outage: 1m\nretry: { attempts: 3 }\nrun:\n  outage: 2m\n",
       {"/jobs/job.yaml:9: run: stands here a second time (first in line 6): keep one",
        "/jobs/job.yaml:10: run.outage: stands here a second time (first in line 7): keep one"}},
      {"run:\n",
       {"/jobs/job.yaml:6: run: the section is empty: give its keys, indented, in the lines below, or remove "
        "it"}},
      {"metrics: none\n",
       {"/jobs/job.yaml:6: metrics: is a section, not a value: give its keys, indented, in the lines below, "
        "or "
        "remove it"}},
      {"run: [outage]\n",
       {"/jobs/job.yaml:6: run: is a section, not a value: give its keys, indented, in the lines below, or "
        "remove "
        "it"}},
      {"ledger:\n",
       {"/jobs/job.yaml:6: ledger: is empty: give the path of the ledger's file, or "
        "postgres://user@host/database"}},
      {"ledger: ''\n",
       {"/jobs/job.yaml:6: ledger: is empty: give the path of the ledger's file, or "
        "postgres://user@host/database"}},
      {"ledger: ${EMPTY}\n",
       {"/jobs/job.yaml:6: ledger: the value of `${EMPTY}` is empty: give the path of the ledger's file, or "
        "postgres://user@host/database"}},
      {"ledger: [a.db]\n",
       {"/jobs/job.yaml:6: ledger: is a list, not one value: give the path of the ledger's file, or "
        "postgres://user@host/database"}},
      {"ledger: { path: a.db }\n",
       {"/jobs/job.yaml:6: ledger: is a section, not a value: give the path of the ledger's file, or "
        "postgres://user@host/database"}},
      {"ledger: !file a.db\n", {"/jobs/job.yaml:6: ledger: the tag `!file` means nothing here: remove it"}},
      {"run: !mine\n  outage: 1m\n",
       {"/jobs/job.yaml:6: run: the tag `!mine` means nothing here: remove it"}},
      {"target:\n  types: []\n",
       {"/jobs/job.yaml:7: target.types: the list is empty: give card, us_bank_account or both, such as "
        "[card]"}},
      {"target:\n  types:\n    - card\n    -\n    - [card]\n    - { a: 1 }\n",
       {"/jobs/job.yaml:7: target.types: holds an empty value: give card, us_bank_account or both, such as "
        "[card]",
        "/jobs/job.yaml:10: target.types: holds a list in the list: give card, us_bank_account or both, such "
        "as "
        "[card]",
        "/jobs/job.yaml:11: target.types: holds keys, not values: give card, us_bank_account or both, such "
        "as "
        "[card]"}},
      {"? [a, b]\n: 1\n", {"/jobs/job.yaml:6: a key here is not a plain word: write `key: value`"}},
      {"run:\n  ~: 1\n", {"/jobs/job.yaml:7: run: a key here is not a plain word: write `key: value`"}},
      {"sk_live_4242: 1\n",
       {"/jobs/job.yaml:6: [key]: unknown key `[key]`: known at the top are job, source, stripe, target, "
        "limits, "
        "retry, run, ledger, ledger_create, fleet, metrics, notify"}},
  };
  for (const Case& c : cases) EXPECT_EQ(mistakes_of(load_job(minimal(c.rest))), c.mistakes) << c.rest;
}

TEST(Structure, AnchorsAreFine) {
  const Loaded loaded = load_job(minimal("retry: { max_delay: &long 2m }\nrun: { outage: *long }\n"));
  EXPECT_EQ(mistakes_of(loaded), Texts{});
  EXPECT_EQ(loaded.settings.run.outage, std::chrono::minutes(2));
}

TEST(Structure, AllMistakesComeAtOnceInTheOrderOfTheFile) {
  const Loaded loaded =
      load_job("job: Spring\nsource:\n  cvs: a.csv\nlimits:\n  global: 0\n  endpoint: fast\n");
  EXPECT_EQ(
      mistakes_of(loaded),
      (Texts{
          "/jobs/job.yaml: stripe.api_key: is missing: give ${STRIPE_SECRET_KEY} holding a secret or "
          "restricted key (sk_… or rk_…), or use api_key_file",
          "/jobs/job.yaml: source.csv: is missing: give the path of a CSV file, or \"-\" for standard input; "
          "or give "
          "source.amqp or source.kafka",
          "/jobs/job.yaml:1: job: `Spring` is not a job's name: give a name of at most 64 characters a-z, "
          "0-9 and -, the first no -",
          "/jobs/job.yaml:3: source.cvs: unknown key `cvs`: did you mean `csv`?",
          "/jobs/job.yaml:5: limits.global: `0` is out of range: give requests per second between 0.1 and "
          "100000",
          "/jobs/job.yaml:6: limits.endpoint: `fast` is not a number: give requests per second between 0.1 "
          "and 100000"}));
}

TEST(Structure, AFileThatCannotBeReadIsOneMistakeAndNothingIsCalledMissing) {
  const test::TempFolder folder;
  const std::string there = folder.path().string();
  folder.write("empty.yaml", "");
  folder.write("list.yaml", "- a\n");
  folder.write("bad.yaml", "job: a\n b: c\n");
  const std::pair<std::string, std::string> cases[] = {
      {"/nothing.yaml", "/nothing.yaml: does not exist: give the path of a file"},
      {"", ": is a directory: give the path of a file"},
      {"/empty.yaml", "/empty.yaml: is empty: give at least one key"},
      {"/list.yaml", "/list.yaml:1: is not a list of keys and values: write `key: value`, one a line"},
      {"/bad.yaml",
       "/bad.yaml:2: is not valid YAML here (illegal map value): check the indentation, the quotes and the "
       "blank "
       "after each colon"},
  };
  for (const auto& [name, expected] : cases) {
    const Loaded loaded = load(there + name, std::nullopt, test::environment_of({}));
    EXPECT_EQ(mistakes_of(loaded), Texts{there + expected});
  }
}

}  // namespace
}  // namespace payferry::settings
