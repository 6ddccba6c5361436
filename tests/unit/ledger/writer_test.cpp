#include "ledger/writer.hpp"

#include "opened.hpp"

namespace payferry::ledger {
namespace {

using payferry::test::Started;

class WriterTest : public test::LedgerTest {
 protected:
  void finish() {
    context_.restart();
    context_.run();
  }
};

TEST_F(WriterTest, whatever_waits_is_committed_and_each_gets_its_answer) {
  const std::int64_t input = begin();
  auto admission = std::make_shared<Admission>();
  admission->input = input;
  for (int i = 0; i < 50; ++i) admission->entries.push_back(entry("cus_1", "pm_" + std::to_string(i)));
  Started<Result<Admitted>> admitted(context_, ledger_->admit(admission));
  std::vector<std::unique_ptr<Started<Result<std::int64_t>>>> intents;
  for (int i = 1; i <= 50; ++i) {
    Item item;
    item.id = i;
    intents.push_back(std::make_unique<Started<Result<std::int64_t>>>(
        context_, ledger_->intend(intent_for(item, Step::clone), {})));
  }
  finish();
  EXPECT_EQ(admitted.take()->fresh, 50u);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(*intents[static_cast<std::size_t>(i)]->take(), i + 1);
  close();  // the counts are written by the ledger's thread
  std::size_t operations = 0;
  for (const std::size_t count : commits_) operations += count;
  EXPECT_EQ(operations, 52u);
}

TEST_F(WriterTest, after_an_error_it_takes_nothing_more_and_what_was_confirmed_stands) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  // Another writer that never lets go, as a tool that somebody opened the file with.
  const std::unique_ptr<Database> other_connection = beside();
  Database& other = *other_connection;
  other.execute("DROP TABLE intent; DROP TABLE journal");
  Item item;
  item.id = 1;
  const Result<std::int64_t> id = ask(ledger_->intend(intent_for(item, Step::clone), {}));
  ASSERT_FALSE(id);
  EXPECT_EQ(id.error().code, Errc::ledger);
  const Result<std::vector<Work>> found = ask(ledger_->load(1, 0, 10));
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().message, id.error().message);
  Statement items(other, "SELECT count(*) FROM item");
  ASSERT_TRUE(items.bind().next());
  EXPECT_EQ(items.integer(0), 1);
}

TEST_F(WriterTest, operations_of_a_broken_commit_all_fail_and_leave_nothing) {
  const std::int64_t input = begin();
  auto fine = std::make_shared<Admission>();
  fine->input = input;
  fine->entries = {entry("cus_1", "pm_1")};
  const std::unique_ptr<Database> other_connection = beside();
  Database& other = *other_connection;
  other.begin();
  hold_tables(other);  // holds the ledger's thread until both wait
  Started<Result<std::vector<AccountState>>> held(context_, ledger_->accounts());
  context_.poll();
  Started<Result<Admitted>> one(context_, ledger_->admit(fine));
  Started<Result<Admitted>> other_one(context_, ledger_->admit(fine));
  context_.poll();
  other.execute("DROP TABLE entry");
  other.commit();
  finish();
  held.take();
  const Result<Admitted> first = one.take();
  const Result<Admitted> second = other_one.take();
  EXPECT_FALSE(first);
  EXPECT_FALSE(second);
  Statement items(other, "SELECT count(*) FROM item");
  ASSERT_TRUE(items.bind().next());
  EXPECT_EQ(items.integer(0), 0);
}

TEST_F(WriterTest, what_was_submitted_is_done_before_it_closes) {
  const std::int64_t input = begin();
  auto admission = std::make_shared<Admission>();
  admission->input = input;
  admission->entries = {entry("cus_1", "pm_1")};
  Started<Result<Admitted>> admitted(context_, ledger_->admit(admission));
  context_.restart();
  context_.poll();
  ledger_->close();
  finish();
  EXPECT_EQ(admitted.take()->fresh, 1u);
}

}  // namespace
}  // namespace payferry::ledger
