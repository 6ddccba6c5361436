#include "pipeline/account_guard.hpp"

#include "world.hpp"

namespace payferry::pipeline {
namespace {

// Passes, or does not, after a while; and tells in which order it was asked.
class SlowCheck final : public AccountCheck {
 public:
  SlowCheck(async::Time& time, std::string name, Guarded answer, std::vector<std::string>& asked)
      : time_(time), name_(std::move(name)), answer_(answer), asked_(asked) {}

  async::Task<Guarded> look(AccountPlace&, std::int64_t, std::string account) override {
    asked_.push_back(name_ + " " + account);
    const std::unique_ptr<async::Alarm> alarm = time_.make_alarm();
    co_await alarm->wait_until(time_.clock().steady() + std::chrono::seconds(5));
    co_return answer_;
  }

 private:
  async::Time& time_;
  std::string name_;
  Guarded answer_;
  std::vector<std::string>& asked_;
};

class AccountGuardTest : public test::WorldTest {
 protected:
  void guard_with(std::vector<Guarded> answers) {
    on_run_ = [this, answers](test::OneRun& run) {
      guard_ = std::make_unique<AccountGuard>(run.shared);
      int number = 0;
      for (const Guarded answer : answers)
        guard_->add(std::make_unique<SlowCheck>(time_, std::to_string(++number), answer, asked_));
      run.shared.guard = guard_.get();
    };
  }

  std::vector<std::string> asked_;
  std::unique_ptr<AccountGuard> guard_;
};

TEST_F(AccountGuardTest, checks_an_account_once_and_in_order_before_anything_is_sent) {
  guard_with({Guarded::pass, Guarded::pass});
  stripe_.on_send = [this](const stripe::Request&) { EXPECT_EQ(asked_.size(), 2u); };
  admit({line("cus_1", "pm_1"), line("cus_2", "pm_2"), line("cus_3", "pm_3"), line("cus_3", "pm_4")});
  run();
  EXPECT_EQ(asked_, (std::vector<std::string>{"1 acct_A", "2 acct_A"}));
  EXPECT_EQ(counts(), "succeeded=4");
}

TEST_F(AccountGuardTest, the_first_check_that_does_not_pass_ends_it_and_nothing_is_sent) {
  guard_with({Guarded::blocked, Guarded::pass});
  std::vector<Entry> lines;
  for (int i = 1; i <= 100; ++i) lines.push_back(line("cus_" + std::to_string(i), "pm_" + std::to_string(i)));
  admit(lines);
  run();
  EXPECT_EQ(asked_, std::vector<std::string>{"1 acct_A"});
  EXPECT_EQ(stripe_.requests.size(), 0u);
  EXPECT_EQ(counts(), "pending=100");
}

TEST_F(AccountGuardTest, accounts_are_checked_side_by_side) {
  guard_with({Guarded::pass});
  std::vector<Entry> lines;
  for (int i = 1; i <= 5; ++i)
    lines.push_back(line("cus_" + std::to_string(i), "pm_" + std::to_string(i), "acct_" + std::to_string(i)));
  admit(lines);
  const SteadyTime before = time_.clock().steady();
  run();
  EXPECT_EQ(asked_.size(), 5u);
  EXPECT_LT(time_.clock().steady() - before, std::chrono::seconds(6));
}

TEST_F(AccountGuardTest, a_run_with_nothing_to_move_checks_nothing) {
  guard_with({Guarded::pass});
  admit({line("cus_1", "pm_1")});
  run();
  asked_.clear();
  run();
  EXPECT_EQ(asked_, std::vector<std::string>{});
}

}  // namespace
}  // namespace payferry::pipeline
