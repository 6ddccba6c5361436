#include "ledger/admission.hpp"

#include "opened.hpp"

namespace payferry::ledger {
namespace {

class AdmissionTest : public test::LedgerTest {
 protected:
  Entry with_target(Entry entry, std::string target) {
    entry.content.target_customer = std::move(target);
    return entry;
  }
  Entry saying(Entry entry, std::string name) {
    entry.content.name = std::move(name);
    return entry;
  }
  void expect_balance(std::int64_t input) {
    const Tally counted = tally(input);
    EXPECT_TRUE(counted.balanced()) << "read " << counted.read;
  }
};

TEST_F(AdmissionTest, the_example_of_the_contract_adds_up) {
  const std::int64_t input = begin();
  auto admission = std::make_shared<Admission>();
  admission->input = input;
  admission->entries = {entry("cus_1", "pm_1", "acct_A"), entry("cus_1", "pm_1", "acct_B"),
                        entry("cus_1", "pm_1", "acct_A"), entry("cus_1", "pm_1", "acct_B")};
  admission->rejects = {{3, "", "customer_invalid", "no", nullptr}};
  admission->lines = 3;
  admission->read = 5;
  admission->position = "end";
  admission->end = true;
  const Admitted counts = done(ledger_->admit(admission));
  EXPECT_EQ(counts.fresh, 2u);
  EXPECT_EQ(counts.duplicate, 2u);
  EXPECT_EQ(counts.rejected, 1u);
  const Tally counted = tally(input);
  EXPECT_TRUE(counted.balanced());
  EXPECT_TRUE(counted.complete);
  EXPECT_EQ(counted.lines, 3u);
  EXPECT_EQ(counted.read, 5u);
  EXPECT_EQ(counted.count(State::pending), 2u);
  EXPECT_EQ(counted.rejections.at("customer_invalid"), 1u);
}

TEST_F(AdmissionTest, the_balance_can_fail) {
  const std::int64_t input = begin();
  auto admission = std::make_shared<Admission>();
  admission->input = input;
  admission->entries = {entry("cus_1", "pm_1")};
  admission->read = 2;
  done(ledger_->admit(admission));
  EXPECT_FALSE(tally(input).balanced());
}

TEST_F(AdmissionTest, an_item_is_opened_with_what_its_line_says) {
  const std::int64_t input = begin();
  Entry full = with_target(saying(entry("cus_1", "pm_1"), "Zoë"), "cus_given");
  full.content.metadata = {{"plan", "gold"}};
  const Admitted counts = admit(input, {full});
  ASSERT_EQ(counts.opened.size(), 1u);
  const Admitted::Opened& opened = counts.opened.begin()->second;
  EXPECT_EQ(opened.account, "acct_A");
  EXPECT_EQ(opened.first_item, 1);
  EXPECT_FALSE(opened.lost);
  const Work work = only();
  EXPECT_EQ(work.item.account, "acct_A");
  EXPECT_EQ(work.item.customer, "cus_1");
  EXPECT_EQ(work.item.payment_method, "pm_1");
  EXPECT_EQ(work.item.content, full.content);
  EXPECT_EQ(work.item.state, State::pending);
  EXPECT_EQ(work.item.step, Step::clone);
  ASSERT_TRUE(work.link);
  EXPECT_EQ(work.link->customer, "cus_1");
  EXPECT_EQ(work.link->target_customer, "cus_given");
  EXPECT_EQ(work.link->origin, Origin::reused);
  EXPECT_FALSE(work.intent);
}

TEST_F(AdmissionTest, an_excluded_type_is_skipped_and_keeps_nothing_of_the_line) {
  const std::int64_t input = begin();
  Entry excluded = saying(entry("cus_1", "pm_1"), "Zoë");
  excluded.content.type = "excluded";
  const Admitted counts = admit(input, {excluded});
  EXPECT_EQ(counts.skipped, 1u);
  EXPECT_TRUE(counts.opened.empty());
  EXPECT_TRUE(load().empty());
  EXPECT_EQ(tally(input).count(State::skipped), 1u);
  const std::unique_ptr<Database> database = beside();
  Statement row(*database, "SELECT content || cells FROM item");
  ASSERT_TRUE(row.bind().next());
  EXPECT_EQ(row.text(0), "");
}

TEST_F(AdmissionTest, items_of_one_customer_share_a_link_on_each_account) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2"), entry("cus_2", "pm_3"),
                entry("cus_1", "pm_1", "acct_B"), entry("", "pm_4"), entry("", "pm_5")});
  const std::vector<Work> found = load();
  ASSERT_EQ(found.size(), 5u);
  EXPECT_EQ(found[0].link->id, found[1].link->id);
  EXPECT_NE(found[0].link->id, found[2].link->id);
  EXPECT_EQ(found[3].link->customer, "pm_4");
  EXPECT_NE(found[3].link->id, found[4].link->id);
  const std::vector<Work> other = load(2);
  ASSERT_EQ(other.size(), 1u);
  EXPECT_NE(other[0].link->id, found[0].link->id);
}

TEST_F(AdmissionTest, without_links_there_are_none) {
  close();
  with_links_ = false;
  open();
  admit(begin(), {entry("cus_1", "pm_1")});
  EXPECT_FALSE(only().link);
  EXPECT_EQ(only().item.link_id, 0);
}

TEST_F(AdmissionTest, a_second_target_for_one_customer_is_rejected_with_its_line) {
  const std::int64_t input = begin();
  const Admitted counts = admit(
      input, {with_target(entry("cus_1", "pm_1"), "cus_a"), with_target(entry("cus_1", "pm_2"), "cus_b"),
              with_target(entry("cus_1", "pm_3"), "cus_a"), entry("cus_1", "pm_4")});
  EXPECT_EQ(counts.fresh, 3u);
  EXPECT_EQ(counts.rejected, 1u);
  expect_balance(input);
  EXPECT_EQ(tally(input).rejections.at("target_customer_conflict"), 1u);
}

TEST_F(AdmissionTest, a_later_line_may_name_the_target_while_there_is_none) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  const Admitted counts = admit(input, {with_target(entry("cus_1", "pm_2"), "cus_a")});
  EXPECT_EQ(counts.fresh, 1u);
  EXPECT_EQ(load()[0].link->target_customer, "cus_a");
  EXPECT_EQ(load()[0].link->origin, Origin::reused);
}

TEST_F(AdmissionTest, a_target_cannot_be_named_while_a_customer_is_being_made) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  intend(only(), Step::create_customer);
  const Admitted counts = admit(input, {with_target(entry("cus_1", "pm_2"), "cus_a")});
  EXPECT_EQ(counts.rejected, 1u);
  EXPECT_EQ(only().link->target_customer, "");
}

TEST_F(AdmissionTest, the_target_frees_those_whose_customer_was_refused) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  Work work = only();
  Link refused = *work.link;
  refused.refused_code = "email_invalid";
  settle(work.item, {}, refused);
  admit(input, {with_target(entry("cus_1", "pm_2"), "cus_a")});
  EXPECT_EQ(load()[1].link->refused_code, "");
}

TEST_F(AdmissionTest, entries_and_position_survive_together) {
  std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2")}, {{9, "", "csv_columns", "no", nullptr}});
  reopen();
  const InputState state = done(ledger_->begin_input("job", "file-1", columns_, false));
  EXPECT_EQ(state.id, input);
  EXPECT_EQ(state.position, "after 3");
  EXPECT_EQ(state.read, 3u);
  EXPECT_FALSE(state.complete);
  EXPECT_EQ(admit(input, {entry("cus_1", "pm_1")}).duplicate, 1u);
  EXPECT_EQ(tally(input).read, 4u);
  expect_balance(input);
}

TEST_F(AdmissionTest, another_identity_starts_the_counters_at_0_and_known_items_count_by_their_state) {
  const std::int64_t first = begin("file-1");
  admit(first, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2"), entry("cus_1", "pm_2")},
        {{9, "", "csv_columns", "no", nullptr}});
  end(load()[0], State::succeeded);
  const InputState state = done(ledger_->begin_input("job", "file-2", columns_, false));
  EXPECT_NE(state.id, first);
  EXPECT_EQ(state.position, "");
  EXPECT_EQ(state.read, 0u);
  Admitted counts = admit(state.id, {entry("cus_1", "pm_1"), entry("cus_1", "pm_3")});
  EXPECT_EQ(counts.known, 1u);
  EXPECT_EQ(counts.fresh, 1u);
  EXPECT_EQ(counts.known_by_state[static_cast<std::size_t>(State::succeeded)], 1u);
  const Tally counted = tally(state.id);
  EXPECT_EQ(counted.read, 2u);
  EXPECT_EQ(counted.count(State::succeeded), 1u);
  EXPECT_EQ(counted.count(State::pending), 1u);
  EXPECT_EQ(counted.rejected, 0u);
  EXPECT_EQ(counted.duplicate, 0u);
  EXPECT_TRUE(counted.balanced());
}

TEST_F(AdmissionTest, an_input_without_identity_or_without_positions_starts_anew_each_time) {
  EXPECT_NE(begin(""), begin(""));
  const std::int64_t packed = begin("file.gz");
  const InputState anew = done(ledger_->begin_input("job", "file.gz", columns_, true));
  EXPECT_NE(anew.id, packed);
  EXPECT_EQ(begin("file.gz"), anew.id);
}

TEST_F(AdmissionTest, an_older_reading_is_not_gone_back_to) {
  const std::int64_t first = begin("file-1");
  begin("file-2");
  EXPECT_NE(begin("file-1"), first);
}

TEST_F(AdmissionTest, jobs_share_items_and_not_counters) {
  const std::int64_t one = begin("file-1", "one");
  admit(one, {entry("cus_1", "pm_1")});
  const std::int64_t other = begin("file-1", "other");
  EXPECT_NE(one, other);
  EXPECT_EQ(admit(other, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2")}).known, 1u);
  EXPECT_EQ(tally(one).read, 1u);
  EXPECT_EQ(tally(other).read, 2u);
  EXPECT_EQ(begin("file-1", "one"), one);
  expect_balance(one);
  expect_balance(other);
}

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

}  // namespace
}  // namespace payferry::ledger
