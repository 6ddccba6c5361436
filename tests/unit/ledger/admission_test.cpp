#include "ledger/admission.hpp"

#include "admitting.hpp"

namespace payferry::ledger {
namespace {

using test::AdmissionTest;

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

}  // namespace
}  // namespace payferry::ledger
