#include "ledger/servers.hpp"

#include <future>
#include <thread>

#include "ledger/valid_text.hpp"
#include "opened.hpp"

// What is about a server. Without one these are skipped: run_on_postgres.py starts one.
namespace payferry::ledger {
namespace {

class ServerTest : public test::LedgerTest {
 protected:
  void SetUp() override {
    if (!test::server()) GTEST_SKIP();
  }
  static void expect_refused(const Error& error, const char* words) {
    EXPECT_EQ(error.code, Errc::ledger);
    EXPECT_NE(error.message.find(words), std::string::npos) << error.message;
  }
  Result<std::unique_ptr<Database>> open_again(const Owner& owner) {
    close();
    Result<std::unique_ptr<Database>> locked = lock_server(place_);
    if (!locked) return locked.error();
    return open_server_for_writing(std::move(*locked), place_, owner);
  }
};

TEST_F(ServerTest, one_worker_at_a_time_and_the_other_is_told_which) {
  const Result<RunLock> second = RunLock::take(place_);
  ASSERT_FALSE(second);
  expect_refused(second.error(), ("process " + std::to_string(::getpid())).c_str());
  close();
  EXPECT_TRUE(RunLock::take(place_));
}

TEST_F(ServerTest, another_schema_is_another_ledger) {
  EXPECT_TRUE(RunLock::take(test::fresh_server_place()));
}

TEST_F(ServerTest, a_lost_connection_ends_the_ledger_and_what_was_confirmed_stands) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  const Work work = only();
  beside()->execute(
      "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'payferry %'");
  const Result<std::int64_t> id = ask(ledger_->intend(intent_for(work.item, Step::clone), {}));
  ASSERT_FALSE(id);
  expect_refused(id.error(), "the server cannot be reached any more");
  EXPECT_FALSE(ask(ledger_->load(1, 0, 1)));
  reopen();
  EXPECT_FALSE(only().intent);
}

TEST_F(ServerTest, of_another_platform_or_mode_is_refused) {
  const auto other = open_again({"acct_other", Mode::test});
  ASSERT_FALSE(other);
  expect_refused(other.error(), "belongs to platform acct_platform");
}

TEST_F(ServerTest, of_another_version_is_refused_and_an_older_one_brought_up_to_date) {
  beside()->execute("UPDATE meta SET value = '99' WHERE key = 'schema_version'");
  const auto newer = open_again(owner_);
  ASSERT_FALSE(newer);
  expect_refused(newer.error(), "its schema is version 99");
  expect_refused(open_reader(place_).error(), "its schema is version 99");
  beside()->execute(
      "UPDATE meta SET value = '2' WHERE key = 'schema_version'; DROP TABLE learnt, worker, shard, opened, "
      "looking, journal");
  EXPECT_TRUE(open_reader(place_).value()->learnt().empty());
  open();
  EXPECT_TRUE(done(ledger_->note_learnt({{"acct_A", "clone", 20, 1}})));
}

TEST_F(ServerTest, tables_that_are_not_ours_are_refused) {
  beside()->execute("DELETE FROM meta");
  const auto found = open_again(owner_);
  ASSERT_FALSE(found);
  expect_refused(found.error(), "not a ledger's");
}

TEST_F(ServerTest, without_tables_there_is_no_ledger) {
  const LedgerPlace empty = test::fresh_server_place();
  EXPECT_FALSE(*is_there(empty));
  EXPECT_FALSE(*owner_of(empty));
  expect_refused(open_reader(empty).error(), "there are no tables of a ledger");
  EXPECT_TRUE(*is_there(place_));
  EXPECT_EQ((*owner_of(place_))->platform, "acct_platform");
}

TEST_F(ServerTest, that_does_not_answer_is_named_without_its_password) {
  const LedgerPlace nowhere = *LedgerPlace::server("postgres://u:s3cret@127.0.0.1:1/ledger");
  const Result<RunLock> lock = RunLock::take(nowhere);
  ASSERT_FALSE(lock);
  expect_refused(lock.error(), "postgres://127.0.0.1:1/ledger");
  EXPECT_EQ(lock.error().message.find("s3cret"), std::string::npos);
  EXPECT_FALSE(is_there(nowhere));
}

// A query with many rows comes in parts, between which other statements are asked.
TEST_F(ServerTest, more_rows_than_come_at_once_are_all_counted) {
  const std::int64_t input = begin();
  std::vector<Entry> entries;
  for (int i = 0; i < 4500; ++i) entries.push_back(entry("cus_x", "pm_" + std::to_string(i)));
  admit(input, std::move(entries));
  done(ledger_->block_account(1, "account_invalid", "gone"));
  EXPECT_EQ(tally(input).count(State::blocked), 4500u);
  std::uint64_t read = 0;
  open_reader(place_).value()->for_each_entry(input, [&read](const EntryEnd&) { ++read; });
  EXPECT_EQ(read, 4500u);
}

TEST_F(ServerTest, texts_that_it_cannot_keep_lose_only_what_it_cannot_keep) {
  const std::int64_t input = begin();
  admit(input, {}, {Reject{9, std::string("a\0b\xff", 4), "account_invalid", "words", nullptr}});
  std::vector<std::string> accounts;
  open_reader(place_).value()->for_each_reject(
      input, [&](const RejectRow& row) { accounts.push_back(row.account); });
  EXPECT_EQ(accounts, std::vector<std::string>{"a?b?"});
  EXPECT_TRUE(is_storable("Zoë"));
}

// Both find that there is none; the second waits for the first one's transaction, and must not fail on it.
TEST_F(ServerTest, two_that_make_an_index_at_once_both_have_it) {
  const std::string on = "item(clone_id)";
  const auto first = connect_server(place_), second = connect_server(place_), third = beside();
  first->begin();
  first->make_index("item_made", on);
  auto making = std::async(std::launch::async, [&] {
    second->begin();
    second->make_index("item_made", on);
    second->commit();
  });
  Statement waiting(*third, "SELECT 1 FROM pg_locks WHERE NOT granted");
  const auto is_over = [&] { return making.wait_for(std::chrono::seconds(0)) == std::future_status::ready; };
  while (!waiting.bind().next() && !is_over()) std::this_thread::yield();
  waiting.reset();
  first->commit();
  EXPECT_NO_THROW(making.get());
}

// Whichever way it is asked.
TEST_F(ServerTest, that_is_silent_for_too_long_is_taken_for_lost) {
  for (const bool prepared : {false, true}) {
    const auto database = connect_server(place_);
    database->expect_answers_within(std::chrono::seconds(1));
    try {
      if (prepared)
        Statement(*database, "SELECT pg_sleep(600)").bind().next();
      else
        database->execute("SELECT pg_sleep(600)");
      ADD_FAILURE() << "it was waited for";
    } catch (const DatabaseError& error) {
      EXPECT_EQ(error.kind(), DatabaseError::Kind::gone) << error.what();
    }
  }
}

}  // namespace
}  // namespace payferry::ledger
