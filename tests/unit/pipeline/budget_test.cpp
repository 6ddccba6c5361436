#include "pipeline/run.hpp"
#include "world.hpp"

// When a run has failed enough.
namespace payferry::pipeline {
namespace {

class BudgetTest : public test::WorldTest {
 protected:
  void use(plan::FailureBudget budget) {
    on_run_ = [this, budget](test::OneRun& run) {
      budget_ = budget;
      run.shared.budget = &budget_;
    };
  }
  // Every third is declined.
  void admit_mixed(int count) {
    std::vector<Entry> lines;
    for (int i = 1; i <= count; ++i)
      lines.push_back(line("cus_1", (i % 3 == 0 ? "pm_bad" : "pm_ok") + std::to_string(i)));
    admit(lines);
    stripe_.always(Endpoint::clone, [this](const stripe::Request& request) {
      const bool bad = request.body.find("pm_bad") != std::string::npos;
      return bad ? test::declined() : stripe_.execute(request);
    });
  }

  plan::FailureBudget budget_{std::nullopt, std::nullopt};
};

TEST_F(BudgetTest, a_run_stops_when_more_has_failed_than_it_bears) {
  use({2, std::nullopt});
  admit_mixed(30);
  test::OneRun& run = this->run();
  EXPECT_EQ(counts(), "pending=21 succeeded=6 failed=3");
  EXPECT_EQ(run.stop.why(), Why::failure_budget);
  EXPECT_NE(run.stop.reason().find("run.max_failures"), std::string::npos);
  EXPECT_NE(run.stop.reason().find("card_declined"), std::string::npos);
  const Ending ending = decide(tally(), run.stop, false);
  EXPECT_EQ(ending.outcome, Outcome::unfinished);
  EXPECT_EQ(ending.reason, run.stop.reason());
}

TEST_F(BudgetTest, the_last_item_may_exceed_it_and_nothing_is_unfinished) {
  use({0, std::nullopt});
  admit_mixed(3);
  test::OneRun& run = this->run();
  EXPECT_EQ(decide(tally(), run.stop, false).outcome, Outcome::failures);
}

TEST_F(BudgetTest, a_share_is_looked_at_from_a_hundred_items_on) {
  use({std::nullopt, 0.05});
  admit_mixed(300);
  this->run();
  EXPECT_EQ(counts(), "pending=200 succeeded=67 failed=33");
}

TEST_F(BudgetTest, the_next_run_begins_with_a_budget_of_its_own) {
  use({2, std::nullopt});
  admit_mixed(12);
  this->run();
  this->run();
  EXPECT_EQ(counts(), "succeeded=8 failed=4");
}

}  // namespace
}  // namespace payferry::pipeline
