#include "ledger/admission.hpp"

#include "admitting.hpp"

// Lines about items that are known.
namespace payferry::ledger {
namespace {

using test::AdmissionTest;

TEST_F(AdmissionTest, what_is_known_of_an_item_is_told_to_whoever_decides) {
  const std::int64_t first = begin("file-1");
  admit(first, {entry("cus_1", "pm_1"), saying(entry("cus_1", "pm_2"), "Zoë")});
  end(load()[0], State::failed, Step::attach, "card_declined");
  const std::int64_t second = begin("file-2");
  admit(second, {entry("cus_1", "pm_1"), saying(entry("cus_1", "pm_2"), "Zoe")});
  ASSERT_EQ(met_.size(), 2u);
  EXPECT_EQ(met_[0].state, State::failed);
  EXPECT_EQ(met_[0].step, Step::attach);
  EXPECT_EQ(met_[0].reason, "card_declined");
  EXPECT_FALSE(met_[0].untouched);
  EXPECT_TRUE(met_[0].same_content);
  EXPECT_TRUE(met_[1].untouched);
  EXPECT_FALSE(met_[1].same_content);
  EXPECT_FALSE(met_[1].account_lost);
}

TEST_F(AdmissionTest, a_differing_line_is_counted_and_changes_nothing) {
  admit(begin("file-1"), {saying(entry("cus_1", "pm_1"), "old")});
  meeting_ = Meeting::differs;
  const std::int64_t second = begin("file-2");
  EXPECT_EQ(admit(second, {saying(entry("cus_1", "pm_1"), "new")}).differing, 1u);
  EXPECT_EQ(only().item.content.name, "old");
  EXPECT_EQ(tally(second).differing, 1u);
}

TEST_F(AdmissionTest, a_replacing_line_is_taken_and_opens_the_item_again) {
  admit(begin("file-1"), {saying(entry("cus_1", "pm_1"), "old")});
  meeting_ = Meeting::replace;
  const std::int64_t second = begin("file-2");
  const Admitted counts = admit(second, {saying(entry("cus_2", "pm_1"), "new")});
  ASSERT_EQ(counts.opened.size(), 1u);
  EXPECT_EQ(counts.opened.begin()->second.first_item, 1);
  const Work work = only();
  EXPECT_EQ(work.item.content.name, "new");
  EXPECT_EQ(work.item.customer, "cus_2");
  EXPECT_EQ(work.link->customer, "cus_2");
  expect_balance(second);
}

TEST_F(AdmissionTest, a_replacing_line_of_an_excluded_type_skips_the_item) {
  admit(begin("file-1"), {entry("cus_1", "pm_1")});
  meeting_ = Meeting::replace;
  const std::int64_t second = begin("file-2");
  Entry excluded = entry("cus_1", "pm_1");
  excluded.content.type = "excluded";
  const Admitted counts = admit(second, {excluded});
  EXPECT_TRUE(counts.opened.empty());
  EXPECT_EQ(counts.known_by_state[static_cast<std::size_t>(State::skipped)], 1u);
  EXPECT_TRUE(load().empty());
  EXPECT_EQ(tally(second).count(State::skipped), 1u);
  expect_balance(second);
}

TEST_F(AdmissionTest, a_mended_line_opens_its_failed_item_under_the_next_generation) {
  admit(begin("file-1"), {saying(entry("cus_1", "pm_1"), "old")});
  end(only(), State::failed, Step::clone, "card_declined");
  meeting_ = Meeting::amend;
  const std::int64_t second = begin("file-2");
  const Admitted counts = admit(second, {saying(entry("cus_1", "pm_1"), "new")});
  EXPECT_EQ(counts.amended, 1u);
  EXPECT_EQ(counts.known_by_state[static_cast<std::size_t>(State::pending)], 1u);
  ASSERT_EQ(counts.opened.size(), 1u);
  const Work work = only();
  EXPECT_EQ(work.item.content.name, "new");
  EXPECT_EQ(work.item.clone_generation, 1);
  EXPECT_EQ(work.item.reason, "");
  EXPECT_EQ(tally(second).amended, 1u);
  expect_balance(second);
}

TEST_F(AdmissionTest, a_mended_line_that_contradicts_its_customers_target_is_rejected) {
  admit(begin("file-1"), {with_target(entry("cus_1", "pm_1"), "cus_a"), entry("cus_1", "pm_2")});
  end(load()[0], State::failed, Step::clone, "card_declined");
  meeting_ = Meeting::amend;
  const std::int64_t second = begin("file-2");
  const Admitted counts = admit(second, {with_target(entry("cus_1", "pm_1"), "cus_b")});
  EXPECT_EQ(counts.rejected, 1u);
  EXPECT_EQ(counts.known, 0u);
  EXPECT_EQ(counts.amended, 0u);
  EXPECT_EQ(tally(second).rejected, 1u);
  EXPECT_EQ(tally(second).count(State::failed), 0u);
  expect_balance(second);
}

TEST_F(AdmissionTest, a_mended_line_drops_what_a_blocked_item_had_prepared) {
  const struct {
    Step step;
    int clone, attach, link;
  } table[] = {{Step::clone, 1, 0, 0}, {Step::create_customer, 0, 0, 1}, {Step::attach, 0, 1, 0}};
  meeting_ = Meeting::amend;
  for (const auto& row : table) {
    const std::string name(to_string(row.step));
    admit(begin("old " + name), {saying(entry("cus_" + name, "pm_" + name), "old")});
    Work blocked = only();
    blocked.item.step = row.step;
    Intent unsent = intend(blocked, row.step);
    unsent.state = IntentState::unsent;
    settle(blocked.item, unsent, {}, "account_invalid");
    const std::int64_t second = begin("new " + name);
    const Admitted counts = admit(second, {saying(entry("cus_" + name, "pm_" + name), "new")});
    EXPECT_EQ(counts.amended, 1u);
    EXPECT_EQ(counts.opened.size(), 1u);
    EXPECT_TRUE(met_.back().at_rest && met_.back().account_lost);
    expect_balance(second);
    const Work mended = only();
    EXPECT_FALSE(mended.intent) << name;
    EXPECT_EQ(mended.item.content.name, "new");
    EXPECT_EQ(mended.item.clone_generation, row.clone);
    EXPECT_EQ(mended.item.attach_generation, row.attach);
    EXPECT_EQ(mended.link->generation, row.link);
    EXPECT_FALSE(mended.link->creating);
    end(mended, State::succeeded, Step::set_default);
  }
}

TEST_F(AdmissionTest, what_may_have_been_executed_is_told_to_whoever_decides) {
  admit(begin("file-1"), {entry("cus_1", "pm_1")});
  intend(only(), Step::clone);
  admit(begin("file-2"), {entry("cus_1", "pm_1")});
  EXPECT_FALSE(met_.back().at_rest);
}

TEST_F(AdmissionTest, a_mended_line_names_another_customer_only_where_nothing_is_attached_to_the_first) {
  for (const bool used : {false, true}) {
    const std::string customer = used ? "cus_used" : "cus_unused";
    meeting_ = Meeting::keep;
    const std::int64_t first = begin("old " + customer);
    admit(first, {with_target(entry(customer, "pm_1" + customer), "cus_wrong"),
                  with_target(entry(customer, "pm_2" + customer), "cus_wrong")});
    const std::vector<Work> found = load();
    if (used) end(found[0], State::succeeded, Step::attach);
    Link refused = *found[1].link;
    refused.refused_code = "resource_missing";
    Item failed = found[1].item;
    failed.state = State::failed;
    failed.failed_with_link = true;
    settle(failed, {}, refused);
    meeting_ = Meeting::amend;
    const Admitted counts =
        admit(begin("new " + customer), {with_target(entry(customer, "pm_2" + customer), "cus_right")});
    EXPECT_EQ(counts.rejected, used ? 1u : 0u);
    EXPECT_EQ(done(ledger_->reload_link(refused.id)).target_customer, used ? "cus_wrong" : "cus_right");
    if (!used) {
      for (const Work& work : load()) end(work, State::succeeded, Step::attach);
    }
  }
}

TEST_F(AdmissionTest, naming_the_customer_frees_all_that_waited_for_it) {
  const std::int64_t first = begin("file-1");
  admit(first, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2")});
  for (const Work& work : load()) {
    Link refused = *work.link;
    refused.refused_code = "email_invalid";
    Item failed = work.item;
    failed.state = State::failed;
    failed.step = Step::create_customer;
    failed.failed_with_link = true;
    settle(failed, {}, refused);
  }
  meeting_ = Meeting::amend;
  admit(begin("file-2"), {with_target(entry("cus_1", "pm_1"), "cus_given")});
  EXPECT_EQ(load().size(), 2u);
}

TEST_F(AdmissionTest, an_accounts_loss_is_told_with_what_is_opened) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  settle(only().item, {}, {}, "account_invalid");
  const Admitted counts = admit(input, {entry("cus_1", "pm_2")});
  EXPECT_TRUE(counts.opened.at(1).lost);
  const std::vector<AccountState> accounts = done(ledger_->accounts());
  ASSERT_EQ(accounts.size(), 1u);
  EXPECT_TRUE(accounts[0].lost);
  EXPECT_TRUE(accounts[0].has_open);
}

TEST_F(AdmissionTest, an_accounts_loss_is_told_of_what_still_waits_for_it_and_of_nothing_that_ended) {
  admit(begin("file-1"), {entry("cus_1", "pm_1"), entry("cus_2", "pm_2")});
  const std::vector<Work> found = load();
  end(found[0], State::succeeded, Step::create_customer);
  settle(found[1].item, {}, {}, "account_invalid");
  met_.clear();
  admit(begin("file-2"), {entry("cus_1", "pm_1"), entry("cus_2", "pm_2")});
  ASSERT_EQ(met_.size(), 2u);
  EXPECT_FALSE(met_[0].account_lost);
  EXPECT_TRUE(met_[1].account_lost);
}

}  // namespace
}  // namespace payferry::ledger
