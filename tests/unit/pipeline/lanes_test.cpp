#include "world.hpp"

// What runs side by side, and what must not.
namespace payferry::pipeline {
namespace {

class LanesTest : public test::WorldTest {};

TEST_F(LanesTest, items_of_one_customer_go_one_at_a_time_in_their_order) {
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2"), line("cus_1", "pm_3"), line("cus_1", "pm_4")});
  test::OneRun& run = this->run();
  EXPECT_EQ(stripe_.most_at_once, 1);
  EXPECT_EQ(run.events.ends, (std::vector<std::string>{"pm_1 succeeded", "pm_2 succeeded", "pm_3 succeeded",
                                                       "pm_4 succeeded"}));
}

TEST_F(LanesTest, customers_go_side_by_side_once_the_account_has_answered) {
  std::vector<Entry> lines;
  for (int i = 1; i <= 30; ++i) lines.push_back(line("cus_" + std::to_string(i), "pm_" + std::to_string(i)));
  admit(lines);
  run();
  EXPECT_GT(stripe_.most_at_once, 5);
  EXPECT_EQ(counts(), "succeeded=30");
}

TEST_F(LanesTest, many_more_items_than_the_window_holds_all_move) {
  std::vector<Entry> lines;
  for (int i = 1; i <= 240; ++i)
    lines.push_back(line("cus_" + std::to_string(i % 60), "pm_" + std::to_string(i),
                         "acct_" + std::string(1, static_cast<char>('A' + i % 3))));
  admit(lines);
  run();
  EXPECT_EQ(counts(), "succeeded=240");
  EXPECT_EQ(stripe_.methods.size(), 240u);
  EXPECT_EQ(stripe_.customers.size(), 60u);
  EXPECT_EQ(stripe_.writes(), 480u);
}

// The window holds 64: one customer's methods must not fill it.
TEST_F(LanesTest, a_customer_with_many_methods_leaves_room_for_others) {
  std::vector<Entry> lines;
  std::vector<std::string> in_order;
  for (int i = 1; i <= 1500; ++i) {
    lines.push_back(line("cus_many", "pm_many_" + std::to_string(i)));
    in_order.push_back(lines.back().payment_method + " succeeded");
  }
  for (int i = 1; i <= 20; ++i)
    lines.push_back(line("cus_" + std::to_string(i), "pm_" + std::to_string(i), "acct_B"));
  for (int i = 1; i <= 20; ++i)
    lines.insert(lines.begin() + 200, line("cus_few_" + std::to_string(i), "pm_few_" + std::to_string(i)));
  admit(lines);
  test::OneRun& run = this->run();
  EXPECT_EQ(counts(), "succeeded=1540");
  std::vector<std::string> many;
  std::size_t last_few = 0;
  for (std::size_t at = 0; at < run.events.ends.size(); ++at) {
    if (run.events.ends[at].starts_with("pm_many_"))
      many.push_back(run.events.ends[at]);
    else
      last_few = at;
  }
  EXPECT_EQ(many, in_order);
  EXPECT_LT(last_few, 200u);
}

// More are left to their lane than are looked through at once.
TEST_F(LanesTest, what_lies_behind_a_customer_with_very_many_methods_is_reached) {
  std::vector<Entry> lines;
  for (int i = 1; i <= 2500; ++i) lines.push_back(line("cus_many", "pm_many_" + std::to_string(i)));
  lines.push_back(line("cus_last", "pm_last"));
  admit(lines);
  run();
  EXPECT_EQ(counts(), "succeeded=2501");
  EXPECT_EQ(stripe_.customers.size(), 2u);
}

TEST_F(LanesTest, a_parked_lane_with_more_than_it_takes_holds_up_nobody) {
  std::vector<Entry> lines;
  for (int i = 1; i <= 100; ++i) lines.push_back(line("cus_many", "pm_many_" + std::to_string(i)));
  lines.push_back(line("cus_last", "pm_last"));
  admit(lines);
  rules_.attempts = 1;
  stripe_.lose(Endpoint::clone);
  run();
  EXPECT_EQ(counts(), "pending=100 succeeded=1");
}

// A given customer may be shared by several of the platform's: Stripe locks it all the same.
TEST_F(LanesTest, a_shared_target_is_written_to_by_one_at_a_time) {
  std::vector<Entry> lines;
  for (int i = 1; i <= 5; ++i) {
    lines.push_back(line("cus_" + std::to_string(i), "pm_" + std::to_string(i)));
    lines.back().content.target_customer = "cus_given";
  }
  admit(lines);
  run();
  EXPECT_EQ(stripe_.most_at_once, 1);
  EXPECT_EQ(stripe_.attached_to("cus_given"), "pm_1 pm_2 pm_3 pm_4 pm_5");
}

TEST_F(LanesTest, an_input_that_is_admitted_while_items_move_is_taken_up) {
  admit({line("cus_1", "pm_1")});
  run_ =
      std::make_unique<test::OneRun>(context_, time_, *ledger_, stripe_, rules_, std::nullopt, Selection{});
  const auto going_on = [this]() -> async::Task<void> {
    const auto accounts = co_await ledger_->accounts();
    for (const ledger::AccountState& account : *accounts)
      run_->feeder.open(account.id, account.account, account.lost, 1);
    run_->services.spawn(run_->gate.run());
    co_await run_->feeder.run();
    run_->gate.stop();
    co_await run_->services.wait();
  };
  Entry late = line("cus_1", "pm_2");
  Entry elsewhere = line("cus_1", "pm_3", "acct_B");
  const auto later = [this, late, elsewhere]() -> async::Task<void> {
    const std::unique_ptr<async::Alarm> alarm = time_.make_alarm();
    co_await alarm->wait_until(time_.clock().steady() + std::chrono::seconds(60));
    auto admission = std::make_shared<ledger::Admission>();
    admission->input = input_;
    admission->entries = {late, elsewhere};
    admission->read = 2;
    const std::shared_ptr<const ledger::Admission> kept = admission;
    const auto counts = co_await ledger_->admit(kept);
    for (const auto& [id, opened] : counts->opened)
      run_->feeder.open(id, opened.account, opened.lost, opened.first_item);
    run_->feeder.intake_ended();
  };
  payferry::test::Started<void> admitting(context_, later());
  drive(going_on());
  EXPECT_EQ(counts(), "succeeded=3");
}

}  // namespace
}  // namespace payferry::pipeline
