#include "ledger/count.hpp"

#include "opened.hpp"

namespace payferry::ledger {
namespace {

class CountTest : public test::LedgerTest {
 protected:
  CountTest() : input_(begin()) {}
  std::int64_t input_;
};

TEST_F(CountTest, blocked_is_what_waits_on_a_lost_account_and_certainly_did_not_happen) {
  admit(input_, {entry("cus_1", "pm_nothing_sent"), entry("cus_2", "pm_unsent"), entry("cus_3", "pm_unknown"),
                 entry("cus_4", "pm_open"), entry("cus_5", "pm_done"), entry("cus_6", "pm_failed"),
                 entry("cus_7", "pm_elsewhere", "acct_B")});
  const std::vector<Work> found = load();
  Intent unsent = intend(found[1], Step::clone);
  unsent.state = IntentState::unsent;
  settle(found[1].item, unsent);
  Intent unknown = intend(found[2], Step::clone);
  unknown.state = IntentState::unknown;
  settle(found[2].item, unknown);
  intend(found[3], Step::clone);
  end(found[4], State::succeeded);
  end(found[5], State::failed, Step::clone, "card_declined");
  EXPECT_EQ(tally(input_).count(State::blocked), 0u);
  EXPECT_EQ(tally(input_).count(State::pending), 5u);

  settle(found[0].item, {}, {}, "account_invalid");
  const Tally lost = tally(input_);
  EXPECT_EQ(lost.count(State::blocked), 2u);
  EXPECT_EQ(lost.count(State::pending), 3u);
  EXPECT_EQ(lost.count(State::succeeded), 1u);
  EXPECT_EQ(lost.count(State::failed), 1u);
  EXPECT_TRUE(lost.balanced());

  settle(found[0].item, {}, {}, "");
  EXPECT_EQ(tally(input_).count(State::blocked), 0u);
}

TEST_F(CountTest, reasons_failures_and_orphans) {
  admit(input_,
        {entry("cus_1", "pm_1"), entry("cus_2", "pm_2"), entry("cus_3", "pm_3"), entry("cus_4", "pm_4")});
  std::vector<Work> found = load();
  found[0].item.reason = "unknown";
  found[0].item.orphans = 2;
  settle(found[0].item);
  end(found[1], State::failed, Step::clone, "card_declined");
  end(found[2], State::failed, Step::attach, "card_declined");
  const Tally counted = tally(input_);
  EXPECT_EQ(counted.pending_reasons, (std::map<std::string, std::uint64_t>{{"unknown", 1}}));
  EXPECT_EQ(counted.failures, (std::map<std::string, std::uint64_t>{{"card_declined", 2}}));
  EXPECT_EQ(counted.possible_orphans, 2u);
  EXPECT_EQ(counted.count(State::pending), 2u);
}

TEST_F(CountTest, a_customer_counts_once_and_only_when_something_is_attached_to_it) {
  admit(input_,
        {entry("cus_1", "pm_1"), entry("cus_1", "pm_2"), entry("cus_2", "pm_3"), entry("cus_3", "pm_4")});
  std::vector<Work> found = load();
  Link made = *found[0].link;
  made.target_customer = "cus_new";
  made.origin = Origin::created;
  settle(found[0].item, {}, made);
  Link given = *found[2].link;
  given.target_customer = "cus_given";
  given.origin = Origin::reused;
  settle(found[2].item, {}, given);
  EXPECT_EQ(tally(input_).customers_created, 0u);
  end(found[0], State::succeeded);
  end(found[1], State::succeeded);
  end(found[2], State::succeeded);
  EXPECT_EQ(tally(input_).customers_created, 1u);
  EXPECT_EQ(tally(input_).customers_reused, 1u);
}

TEST_F(CountTest, an_input_that_is_not_there_is_all_zeros) {
  EXPECT_EQ(tally(99).read, 0u);
  EXPECT_TRUE(tally(99).balanced());
}

}  // namespace
}  // namespace payferry::ledger
