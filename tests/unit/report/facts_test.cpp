#include "report/facts.hpp"

#include <gtest/gtest.h>

#include "given_rows.hpp"

namespace payferry::report {
namespace {

class FactsTest : public testing::Test {
 protected:
  FactsTest() { ledger_.accounts = {{1, "acct_A", ""}, {2, "acct_B", "account_invalid"}, {3, "acct_C", ""}}; }
  PageFacts count() {
    PageFacts facts;
    facts.tally = tally_;
    count_facts(ledger_, 1, facts);
    return facts;
  }
  static ledger::RunRecord run(const std::string& summary) {
    ledger::RunRecord record;
    record.summary = summary;
    return record;
  }

  GivenRows ledger_;
  ledger::Tally tally_;
};

TEST_F(FactsTest, the_largest_account_comes_first_and_one_without_entries_not_at_all) {
  ledger_.entries = {{1, State::succeeded, Step::attach, "", "", true},
                     {2, State::blocked, Step::clone, "", "", false},
                     {2, State::succeeded, Step::clone, "", "", false}};
  const PageFacts facts = count();
  ASSERT_EQ(facts.accounts.size(), 2U);
  EXPECT_EQ(facts.accounts[0].account, "acct_B");
  EXPECT_EQ(facts.accounts[0].total(), 2U);
  EXPECT_EQ(facts.accounts[1].account, "acct_A");
  EXPECT_EQ(facts.bank_accounts, 1U);
}

TEST_F(FactsTest, troubles_are_told_apart_by_state_code_and_step_the_most_first) {
  ledger_.entries = {{1, State::failed, Step::clone, "card_declined", "req_1", false},
                     {1, State::failed, Step::attach, "card_declined", "", false},
                     {1, State::failed, Step::attach, "card_declined", "req_2", false},
                     {2, State::blocked, Step::clone, "", "", false},
                     {1, State::pending, Step::clone, "unknown", "", false},
                     {1, State::pending, Step::clone, "", "", false}};
  tally_.rejections["csv_columns"] = 9;
  const PageFacts facts = count();
  ASSERT_EQ(facts.troubles.size(), 5U);
  EXPECT_EQ(facts.troubles[0].code, "csv_columns");
  EXPECT_EQ(facts.troubles[1].step, "attach");
  EXPECT_EQ(facts.troubles[1].count, 2U);
  EXPECT_EQ(facts.troubles[1].request_id, "req_2");
  EXPECT_EQ(facts.troubles[2].code, "account_invalid");
}

TEST_F(FactsTest, codes_without_end_do_not_fill_the_memory) {
  for (int i = 0; i < 5000; ++i)
    ledger_.entries.push_back({1, State::failed, Step::clone, "code_" + std::to_string(i), "", false});
  const PageFacts facts = count();
  EXPECT_LT(facts.troubles.size(), 500U);
  EXPECT_EQ(facts.troubles[0].code, "other");
  std::uint64_t sum = 0;
  for (const Trouble& trouble : facts.troubles) sum += trouble.count;
  EXPECT_EQ(sum, 5000U);
}

TEST_F(FactsTest, requests_are_what_was_sent_or_noted_whichever_is_more) {
  ledger_.answers = {{Step::clone, 3, 1000, true, 10}, {Step::attach, 1, 0, false, 0}};
  ledger_.runs = {run(R"({"requests":{"by_endpoint":{"clone":1,"get_account":4},"rate_limited":2}})"),
                  run(R"({"requests":{"by_endpoint":{"attach":5},"rate_limited":1}})"), run("{ damaged"),
                  run("")};
  const PageFacts facts = count();
  const std::map<std::string, std::uint64_t> expected{{"clone", 3}, {"attach", 5}, {"get_account", 4}};
  EXPECT_EQ(facts.requests, expected);
  EXPECT_EQ(facts.rate_limited, 3U);
  EXPECT_EQ(facts.clones, 1U);
  ASSERT_TRUE(facts.answers);
  EXPECT_EQ(facts.answers->slots().size(), 1U);
}

TEST_F(FactsTest, a_warning_that_every_run_repeats_counts_once) {
  ledger_.runs = {run(R"({"warnings":{"account_country_differs":2}})"),
                  run(R"({"warnings":{"account_country_differs":3}})")};
  EXPECT_EQ(count().warnings.at("account_country_differs"), 3U);
}

TEST_F(FactsTest, of_very_many_runs_the_newest_are_kept) {
  for (int i = 1; i <= 1000; ++i) {
    ledger_.runs.emplace_back();
    ledger_.runs.back().id = i;
  }
  const PageFacts facts = count();
  ASSERT_EQ(facts.runs.size(), kMostRuns);
  EXPECT_EQ(facts.runs.back().id, 1000);
  EXPECT_EQ(facts.earlier_runs, 1000 - kMostRuns);
}

}  // namespace
}  // namespace payferry::report
