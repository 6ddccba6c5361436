#include "opened.hpp"

namespace payferry::ledger {
namespace {

class LivesTest : public test::LedgerTest {
 protected:
  std::vector<Life> lives(const std::string& id) { return std::move(*open_reader(place_))->lives(id); }
};

TEST_F(LivesTest, an_original_has_one_for_each_account_and_a_clone_one) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1"), entry("cus_1", "pm_1", "acct_B")});
  end(load(1).front(), State::succeeded);
  ASSERT_EQ(lives("pm_1").size(), 2u);
  EXPECT_EQ(lives("pm_1")[0].account, "acct_A");
  EXPECT_EQ(lives("pm_1")[1].account, "acct_B");
  ASSERT_EQ(lives("pm_clone").size(), 1u);
  EXPECT_EQ(lives("pm_clone")[0].payment_method, "pm_1");
  EXPECT_TRUE(lives("pm_2").empty());
}

TEST_F(LivesTest, requests_come_in_their_order_with_what_was_answered) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  Work work = only();
  Intent first = intend(work, Step::clone);
  first.state = IntentState::settled;
  work.item.clone_generation = 1;
  settle(work.item, first);
  Intent second = intend(work, Step::clone, 1);
  second.state = IntentState::unknown;
  second.sends = 3;
  settle(work.item, second);
  const Life life = lives("pm_1").front();
  ASSERT_EQ(life.requests.size(), 2u);
  EXPECT_EQ(life.requests[0].state, "settled");
  EXPECT_EQ(life.requests[0].status, 400);
  EXPECT_EQ(life.requests[0].request_id, "req_1");
  EXPECT_EQ(life.requests[1].state, "unknown");
  EXPECT_EQ(life.requests[1].generation, 1);
  EXPECT_EQ(life.requests[1].sends, 3);
  ASSERT_EQ(life.lines.size(), 1u);
  EXPECT_EQ(life.lines[0].job, "job");
  EXPECT_EQ(life.lines[0].line, line_);
}

TEST_F(LivesTest, on_a_lost_account_what_is_certainly_not_executed_is_blocked) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_unknown"), entry("cus_2", "pm_open")});
  const std::vector<Work> found = load();
  Intent unknown = intend(found[0], Step::clone);
  unknown.state = IntentState::unknown;
  settle(found[0].item, unknown, {}, "account_invalid");
  EXPECT_EQ(lives("pm_unknown").front().state, State::pending);
  EXPECT_EQ(lives("pm_open").front().state, State::blocked);
  EXPECT_EQ(lives("pm_open").front().account_lost, "account_invalid");
}

}  // namespace
}  // namespace payferry::ledger
