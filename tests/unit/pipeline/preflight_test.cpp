#include "pipeline/preflight.hpp"

#include "world.hpp"

namespace payferry::pipeline {
namespace {

using settings::PreflightRule;
using test::answer_of;
using test::error_of;
using Texts = std::vector<std::string>;

class PreflightTest : public test::WorldTest {
 protected:
  PreflightTest() {
    stripe_.always(Endpoint::get_account, [this](const stripe::Request& request) {
      return look(request.path.substr(std::string("/v1/accounts/").size()));
    });
    use(PreflightRule::warn);
  }

  void use(PreflightRule rule) {
    on_run_ = [this, rule](test::OneRun& run) {
      guard_ = std::make_unique<AccountGuard>(run.shared);
      guard_->add(std::make_unique<Preflight>(run.shared, rule, "US", rules_.types));
      run.shared.guard = guard_.get();
    };
  }

  stripe::Exchange look(const std::string& account) {
    if (seen_.contains(account)) return seen_.at(account);
    const std::string cards = unready_.contains(account) ? "inactive" : "active";
    return answer_of(200, R"({"object":"account","id":")" + account +
                              R"(","country":"US","charges_enabled":true,"capabilities":{"card_payments":")" +
                              cards + R"("}})");
  }
  std::size_t writes_to(const std::string& account) const {
    std::size_t count = 0;
    for (const stripe::Request& request : stripe_.requests) count += request.account == account ? 1 : 0;
    return count;
  }
  // Three accounts with two items each.
  void admit_three() {
    std::vector<Entry> lines;
    for (const std::string account : {"acct_A", "acct_B", "acct_C"})
      for (const std::string n : {"1", "2"})
        lines.push_back(line("cus_" + account + n, "pm_" + account + n, account));
    admit(lines);
  }

  std::set<std::string> unready_;
  std::map<std::string, stripe::Exchange> seen_;
  std::unique_ptr<AccountGuard> guard_;
};

stripe::Exchange lost_account() {
  return error_of(403, "invalid_request_error", "account_invalid", "no access to account");
}

TEST_F(PreflightTest, one_read_an_account_before_its_first_write_and_not_in_its_name) {
  std::set<std::string> read;
  stripe_.on_send = [&](const stripe::Request& request) {
    if (request.endpoint == Endpoint::get_account) {
      EXPECT_EQ(request.account, "");
      EXPECT_TRUE(read.insert(request.path).second) << request.path;
    } else {
      EXPECT_TRUE(read.contains("/v1/accounts/" + request.account));
    }
  };
  admit_three();
  test::OneRun& run = this->run();
  EXPECT_EQ(read.size(), 3u);
  EXPECT_EQ(counts(), "succeeded=6");
  EXPECT_EQ(run.events.remarks, Texts{});
}

TEST_F(PreflightTest, warns_of_an_account_that_cannot_charge_and_moves_all_the_same) {
  unready_ = {"acct_B"};
  admit_three();
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.remarks, Texts{"acct_B capability_card_payments_inactive"});
  EXPECT_EQ(counts(), "succeeded=6");
}

TEST_F(PreflightTest, blocks_it_before_any_write_where_the_job_says_so_and_no_other) {
  use(PreflightRule::block);
  unready_ = {"acct_B"};
  admit_three();
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.remarks, Texts{"acct_B capability_card_payments_inactive blocks"});
  EXPECT_EQ(counts(), "succeeded=4 blocked=2");
  EXPECT_EQ(writes_to("acct_B"), 0u);
}

TEST_F(PreflightTest, the_next_run_asks_anew_and_moves_what_was_blocked) {
  use(PreflightRule::block);
  unready_ = {"acct_B"};
  admit_three();
  this->run();
  this->run();
  EXPECT_EQ(counts(), "succeeded=4 blocked=2");
  unready_.clear();
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.found, Texts{"acct_B"});
  EXPECT_EQ(counts(), "succeeded=6");
}

TEST_F(PreflightTest, a_block_is_lifted_before_the_first_write_can_be_lost) {
  use(PreflightRule::block);
  unready_ = {"acct_A"};
  admit({line("cus_1", "pm_1")});
  run();
  EXPECT_EQ(counts(), "blocked=1");
  unready_.clear();
  stripe_.lose(Endpoint::clone, 3);
  run();
  EXPECT_EQ(counts(), "pending=1");
}

TEST_F(PreflightTest, an_account_that_is_not_there_is_blocked_at_once_whatever_the_rule) {
  for (const PreflightRule rule : {PreflightRule::warn, PreflightRule::block}) {
    use(rule);
    seen_ = {{"acct_A", lost_account()}};
    const std::string suffix = rule == PreflightRule::warn ? "1" : "2";
    admit({line("cus_" + suffix, "pm_" + suffix)});
    test::OneRun& run = this->run();
    EXPECT_EQ(run.events.lost, Texts{"acct_A"});
    EXPECT_EQ(counts(), "blocked=" + suffix);
    EXPECT_EQ(stripe_.writes(), 0u);
  }
}

TEST_F(PreflightTest, a_key_that_may_not_read_accounts_moves_all_the_same_and_is_asked_once) {
  const stripe::Exchange refusals[] = {
      error_of(404, "invalid_request_error", "", "Unrecognized request URL"),
      error_of(403, "invalid_request_error", "", "the key lacks a permission"),
      error_of(400, "invalid_request_error", "parameter_unknown")};
  for (const stripe::Exchange& refusal : refusals) {
    seen_ = {{"acct_A", refusal}, {"acct_B", refusal}, {"acct_C", refusal}};
    const std::size_t reads = stripe_.sent_to(Endpoint::get_account);
    admit({line("cus_1", "pm_" + std::to_string(reads)),
           line("cus_1", "pm_" + std::to_string(reads), "acct_B"),
           line("cus_1", "pm_" + std::to_string(reads), "acct_C")});
    test::OneRun& run = this->run();
    EXPECT_EQ(stripe_.sent_to(Endpoint::get_account), reads + 1);
    ASSERT_EQ(run.events.remarks.size(), 1u);
    EXPECT_NE(run.events.remarks[0].find("account_unread"), std::string::npos);
    EXPECT_FALSE(run.stop.requested());
  }
  EXPECT_EQ(counts(), "succeeded=9");
}

TEST_F(PreflightTest, one_that_was_of_use_is_not_given_up_for_one_refusal) {
  seen_ = {{"acct_B", error_of(403, "invalid_request_error")}};
  admit_three();
  test::OneRun& run = this->run();
  EXPECT_LE(run.events.remarks.size(), 1u);
  EXPECT_EQ(counts(), "succeeded=6");
}

TEST_F(PreflightTest, no_answer_is_no_reason_to_wait_for) {
  seen_ = {{"acct_A", test::lost()}};
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.remarks, Texts{"acct_A account_unread"});
  EXPECT_EQ(stripe_.sent_to(Endpoint::get_account), 1u);
  EXPECT_EQ(counts(), "succeeded=1");
}

TEST_F(PreflightTest, a_rate_limit_only_waits) {
  stripe_.say(Endpoint::get_account, test::throttled(), 3);
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.remarks, Texts{});
  EXPECT_EQ(stripe_.sent_to(Endpoint::get_account), 4u);
  EXPECT_EQ(counts(), "succeeded=1");
}

TEST_F(PreflightTest, a_key_that_is_refused_as_a_whole_stops_the_run_before_any_write) {
  seen_ = {{"acct_A", error_of(401, "invalid_request_error", "api_key_expired", "expired")}};
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_EQ(run.stop.why(), Why::refused);
  EXPECT_EQ(stripe_.writes(), 0u);
  EXPECT_EQ(counts(), "pending=1");
}

TEST_F(PreflightTest, a_block_that_cannot_be_stored_stops_the_run) {
  seen_ = {{"acct_A", lost_account()}};
  stripe_.on_send = [this](const stripe::Request&) {
    ledger_->break_with(make_error(Errc::ledger, "disk full"));
  };
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_EQ(run.stop.why(), Why::ledger);
  EXPECT_EQ(stripe_.writes(), 0u);
}

TEST_F(PreflightTest, many_accounts_are_read_side_by_side_and_all_move) {
  std::vector<Entry> lines;
  for (int i = 1; i <= 300; ++i)
    lines.push_back(line("cus_" + std::to_string(i), "pm_" + std::to_string(i), "acct_" + std::to_string(i)));
  admit(lines);
  run();
  EXPECT_EQ(stripe_.sent_to(Endpoint::get_account), 300u);
  EXPECT_EQ(counts(), "succeeded=300");
  EXPECT_GT(stripe_.most_at_once, 5);
}

}  // namespace
}  // namespace payferry::pipeline
