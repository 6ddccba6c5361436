#include "ledger/rollback.hpp"

#include "ledger/check.hpp"
#include "opened.hpp"

namespace payferry::ledger {
namespace {

class RollbackTest : public test::LedgerTest {
 protected:
  RollbackTest() : input_(begin()) {
    Entry marked = entry("cus_1", "pm_1");
    marked.content.is_default = true;
    marked.content.email = "secret@example.com";
    admit(input_, {marked, entry("cus_2", "pm_2"), entry("cus_3", "pm_3"), entry("cus_4", "pm_4"),
                   entry("", "pm_5"), entry("cus_6", "pm_6", "acct_B"), entry("cus_7", "pm_7")});
    const std::vector<Work> found = load();
    attach(found[0]);
    Work adopted = found[1];
    adopted.item.adopted = true;
    attach(adopted);
    end(found[2], State::skipped, Step::attach, "existing");
    Work unattached = found[3];
    unattached.item.clone_id = "pm_c";
    unattached.item.state = State::succeeded;
    settle(unattached.item);
    attach(found[4]);
    attach(load(2).front());
  }

  void attach(Work work) {
    Intent intent = intend(work, Step::create_customer);
    intent.state = IntentState::settled;
    work.link->target_customer = "cus_new" + std::to_string(work.item.id);
    work.link->origin = Origin::created;
    work.item.state = State::succeeded;
    work.item.clone_id = "pm_clone" + std::to_string(work.item.id);
    settle(work.item, intent, work.link);
  }
  RollbackFilter all() {
    RollbackFilter filter;
    filter.input = input_;
    return filter;
  }
  std::vector<Work> chosen(RollbackFilter filter, std::int64_t account = 1) {
    done(ledger_->begin_rollback(std::move(filter)));
    return done(ledger_->load_attached(account, 0, 100));
  }
  Intent detach(Work& work) {
    Intent intent = intend(work, Step::detach, work.item.detach_generation);
    intent.state = IntentState::settled;
    work.item.state = State::skipped;
    work.item.reason = "rolled_back";
    work.item.step = Step::detach;
    settle(work.item, intent);
    return intent;
  }
  void expect_sound() {
    const Result<Findings> findings = check(place_);
    ASSERT_TRUE(findings);
    for (const Violation& violation : findings->violations) ADD_FAILURE() << violation.rule;
  }
  std::int64_t retry(std::string code, std::string item = "") {
    return done(ledger_->retry({input_, std::move(code), "", std::move(item)}));
  }

  std::int64_t input_;
};

TEST_F(RollbackTest, takes_what_payferry_made_and_attached_and_counts_what_it_leaves) {
  const Result<std::unique_ptr<Reader>> reader = open_reader(place_);
  ASSERT_TRUE(reader);
  const RollbackPlan plan = (*reader)->plan_rollback(all());
  const std::vector<std::pair<std::string, std::uint64_t>> accounts{{"acct_A", 2}, {"acct_B", 1}};
  EXPECT_EQ(plan.accounts, accounts);
  EXPECT_EQ(plan.attached, 3u);
  EXPECT_EQ(plan.customers, 3u);
  EXPECT_EQ(plan.used_up, 1u);
  EXPECT_EQ(plan.existing, 2u);
  EXPECT_EQ(plan.unattached, 1u);
  EXPECT_EQ(plan.unfinished, 0u);
  EXPECT_EQ(plan.rolled_back, 0u);
}

TEST_F(RollbackTest, loads_what_was_chosen_as_it_was_and_to_be_detached) {
  const std::vector<Work> found = chosen(all());
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].item.payment_method, "pm_1");
  EXPECT_EQ(found[0].item.state, State::succeeded);
  EXPECT_TRUE(found[0].item.detaching);
  EXPECT_EQ(found[0].link->target_customer, "cus_new1");
  EXPECT_EQ(found[1].item.payment_method, "pm_5");
}

TEST_F(RollbackTest, the_filter_narrows_by_account_item_type_and_input) {
  RollbackFilter filter = all();
  filter.accounts = {"acct_B"};
  EXPECT_EQ(chosen(filter).size(), 0u);
  EXPECT_EQ(chosen(filter, 2).size(), 1u);
  for (const char* name : {"pm_1", "pm_clone1"}) {
    filter = all();
    filter.payment_method = name;
    EXPECT_EQ(chosen(filter).size(), 1u) << name;
  }
  filter = all();
  filter.types = {"card"};
  EXPECT_EQ(chosen(filter).size(), 0u) << "the type of these is not known";
  filter = all();
  filter.input = 99;
  EXPECT_EQ(chosen(filter).size(), 0u);
}

TEST_F(RollbackTest, a_detaching_that_is_cut_off_leaves_the_item_succeeded_and_no_work_for_a_run) {
  const std::vector<Work> found = chosen(all());
  const Intent sent = intend(found[0], Step::detach);
  reopen();
  EXPECT_EQ(load().size(), 1u) << "pm_7 alone was never moved";
  EXPECT_EQ(tally(input_).taking_back, 1u);
  EXPECT_EQ(tally(input_).count(State::succeeded), 5u);
  expect_sound();
  const std::vector<Work> again = chosen(all());
  ASSERT_TRUE(again[0].intent);
  EXPECT_EQ(again[0].intent->id, sent.id);
  EXPECT_EQ(again[0].intent->step, Step::detach);
  EXPECT_EQ(done(ledger_->tally_rollback()).attached, 3u);
}

TEST_F(RollbackTest, what_is_rolled_back_is_skipped_and_not_loaded_again) {
  std::vector<Work> found = chosen(all());
  detach(found[0]);
  EXPECT_EQ(done(ledger_->load_attached(1, 0, 100)).size(), 1u);
  const RollbackTally now = done(ledger_->tally_rollback());
  EXPECT_EQ(now.rolled_back, 1u);
  EXPECT_EQ(now.attached, 2u);
  const Tally counted = tally(input_);
  EXPECT_EQ(counted.rolled_back, 1u);
  EXPECT_TRUE(counted.balanced());
  EXPECT_EQ(load().size(), 1u);
  expect_sound();
}

TEST_F(RollbackTest, what_is_on_a_lost_account_is_told_apart) {
  chosen(all());
  done(ledger_->block_account(1, "account_invalid", ""));
  const RollbackTally now = done(ledger_->tally_rollback());
  EXPECT_EQ(now.attached, 3u);
  EXPECT_EQ(now.on_lost_accounts, 2u);
}

TEST_F(RollbackTest, only_a_retry_that_says_so_brings_it_back_to_be_cloned_anew) {
  std::vector<Work> found = chosen(all());
  detach(found[0]);
  EXPECT_EQ(retry(""), 0);
  EXPECT_EQ(retry("card_declined", "pm_1"), 0);
  EXPECT_EQ(retry("", "pm_2"), 0);
  EXPECT_EQ(retry("rolled_back"), 1);
  const Item back = load().front().item;
  EXPECT_EQ(back.payment_method, "pm_1");
  EXPECT_EQ(back.state, State::pending);
  EXPECT_EQ(back.step, Step::clone);
  EXPECT_EQ(back.clone_generation, 1);
  EXPECT_EQ(back.clone_id, "");
  EXPECT_TRUE(back.content.is_default) << "needed to set the default again";
  EXPECT_EQ(back.content.email, "") << "went when the item succeeded";
  EXPECT_EQ(load().front().link->target_customer, "cus_new1");
  expect_sound();
}

TEST_F(RollbackTest, naming_the_item_brings_it_back_too) {
  std::vector<Work> found = chosen(all());
  detach(found[0]);
  EXPECT_EQ(retry("", "pm_clone1"), 1);
}

TEST_F(RollbackTest, an_original_that_was_used_up_never_comes_back) {
  std::vector<Work> found = chosen(all());
  detach(found[1]);
  EXPECT_EQ(retry("rolled_back"), 0);
}

TEST_F(RollbackTest, a_clone_on_another_customer_fails_and_a_retry_makes_another_clone) {
  std::vector<Work> found = chosen(all());
  Intent intent = intend(found[0], Step::detach);
  intent.state = IntentState::settled;
  found[0].item.state = State::failed;
  found[0].item.reason = "attached_elsewhere";
  found[0].item.step = Step::detach;
  settle(found[0].item, intent);
  EXPECT_EQ(done(ledger_->tally_rollback()).elsewhere, 1u);
  expect_sound();
  EXPECT_EQ(retry(""), 1);
  const Item back = load().front().item;
  EXPECT_EQ(back.step, Step::clone);
  EXPECT_EQ(back.clone_id, "");
  EXPECT_EQ(back.clone_generation, 1);
  expect_sound();
}

}  // namespace
}  // namespace payferry::ledger
