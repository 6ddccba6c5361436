#include <numeric>

#include "ledger/admission.hpp"
#include "opened.hpp"

namespace payferry::ledger {
namespace {

// An input that changed is read again from its start: most of its lines are known.
class RereadingTest : public test::LedgerTest {
 protected:
  std::uint64_t entries_of(std::int64_t input) {
    const Tally counted = tally(input);
    return counted.rejected + counted.duplicate +
           std::accumulate(counted.by_state.begin(), counted.by_state.end(), std::uint64_t{0});
  }
  std::vector<Entry> lines(std::initializer_list<const char*> methods) {
    std::vector<Entry> made;
    for (const char* method : methods) made.push_back(entry("cus_1", method));
    return made;
  }
};

TEST_F(RereadingTest, known_lines_are_met_in_any_order_once_each) {
  admit(begin("file-1"), lines({"pm_1", "pm_2", "pm_3", "pm_4"}));
  struct Case {
    const char* what;
    std::initializer_list<const char*> methods;
    std::uint64_t known, fresh, duplicate;
  };
  const Case cases[]{
      {"the same order", {"pm_1", "pm_2", "pm_3", "pm_4"}, 4, 0, 0},
      {"sorted anew", {"pm_4", "pm_3", "pm_2", "pm_1"}, 4, 0, 0},
      {"one left out", {"pm_1", "pm_3", "pm_4"}, 3, 0, 0},
      {"one twice in a row", {"pm_1", "pm_2", "pm_2", "pm_3"}, 3, 0, 1},
      {"a new one between", {"pm_1", "pm_2", "pm_new", "pm_3"}, 3, 1, 0},
      {"a new one behind", {"pm_3", "pm_4", "pm_5"}, 2, 1, 0},
  };
  for (const Case& now : cases) {
    SCOPED_TRACE(now.what);
    const std::int64_t input = begin(now.what);
    const Admitted counts = admit(input, lines(now.methods));
    EXPECT_EQ(counts.known, now.known);
    EXPECT_EQ(counts.fresh, now.fresh);
    EXPECT_EQ(counts.duplicate, now.duplicate);
    EXPECT_TRUE(tally(input).balanced());
  }
}

TEST_F(RereadingTest, the_next_row_of_another_account_is_not_taken_for_the_line) {
  admit(begin("file-1"), {entry("cus_1", "pm_1"), entry("cus_1", "pm_2", "acct_B")});
  const Admitted counts = admit(begin("file-2"), {entry("cus_1", "pm_1"), entry("cus_1", "pm_2", "acct_A")});
  EXPECT_EQ(counts.known, 1u);
  EXPECT_EQ(counts.fresh, 1u);
}

TEST_F(RereadingTest, earlier_readings_go_in_slices_and_the_present_ones_stay) {
  const std::int64_t first = begin("file-1");
  admit(first, lines({"pm_1", "pm_2", "pm_3"}), {Reject{4, "", "not_read", "", nullptr}});
  const std::int64_t other = begin("file-1", "other");
  admit(other, lines({"pm_1"}));
  EXPECT_FALSE(done(ledger_->forget_earlier()));
  const std::int64_t second = begin("file-2");
  admit(second, lines({"pm_1", "pm_2", "pm_3"}));
  EXPECT_EQ(entries_of(first), 4u);
  while (done(ledger_->forget_earlier())) {
  }
  EXPECT_EQ(entries_of(first), 0u);
  EXPECT_EQ(entries_of(second), 3u);
  EXPECT_EQ(entries_of(other), 1u);
}

TEST_F(RereadingTest, a_slice_is_no_larger_than_was_asked_for) {
  close();
  const std::unique_ptr<Database> database = beside();
  database->execute(R"sql(
    INSERT INTO input(id, job, identity, columns, started_ms) VALUES(1, 'job', 'a', '[]', 0), (2, 'job', 'b', '[]', 0);
    INSERT INTO entry(input, item, line) VALUES(1, 10, 1), (1, 20, 2), (1, 30, 3), (2, 10, 1);
    INSERT INTO reject(input, line, account, code, message, cells) VALUES(1, 4, '', '', '', ''), (2, 4, '', '', '', ''))sql");
  CounterpartStore counterparts(*database, owner_);
  AdmissionStore store(*database, owner_, rules(), counterparts);
  const auto left = [&](std::int64_t input) {
    Statement count(*database, "SELECT count(*) FROM entry WHERE input = ?");
    return count.bind(input).next() ? count.integer(0) : -1;
  };
  EXPECT_TRUE(store.forget_earlier(2));
  EXPECT_EQ(left(1), 1);
  EXPECT_TRUE(store.forget_earlier(2));
  EXPECT_EQ(left(1), 0);
  EXPECT_FALSE(store.forget_earlier(2));
  EXPECT_EQ(left(2), 1);
}

// As when another worker's transaction was in the way, and the same is tried again.
TEST_F(RereadingTest, a_link_of_a_transaction_that_was_given_up_is_made_again) {
  const std::int64_t input = begin();
  close();
  const std::unique_ptr<Database> database = beside();
  CounterpartStore counterparts(*database, owner_);
  AdmissionStore store(*database, owner_, rules(), counterparts);
  Admission admission;
  admission.input = input;
  admission.entries = lines({"pm_1", "pm_2"});
  database->begin();
  store.admit(admission);
  database->rollback();
  store.forget_made();
  database->begin();
  EXPECT_EQ(store.admit(admission).fresh, 2u);
  database->commit();
  Statement linked(*database, "SELECT count(*) FROM item i JOIN link l ON l.id = i.link");
  ASSERT_TRUE(linked.bind().next());
  EXPECT_EQ(linked.integer(0), 2);
}

// Somebody has deleted rows: an item that was moved without its customer would be worse than an error.
TEST_F(RereadingTest, a_link_that_has_gone_is_an_error_and_no_item_without_one) {
  const std::int64_t input = begin();
  admit(input, lines({"pm_1"}));
  beside()->execute("DELETE FROM link");
  auto next = std::make_shared<Admission>();
  next->input = input;
  next->entries = lines({"pm_2"});
  const Result<Admitted> admitted = ask(ledger_->admit(next));
  ASSERT_FALSE(admitted);
  EXPECT_NE(admitted.error().message.find("link"), std::string::npos) << admitted.error().message;
}

}  // namespace
}  // namespace payferry::ledger
