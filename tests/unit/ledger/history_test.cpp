#include "ledger/history.hpp"

#include <fmt/format.h>

#include "ledger/schema.hpp"
#include "ledger/sqlite.hpp"
#include "opened.hpp"

namespace payferry::ledger {
namespace {

class AnswersTest : public testing::Test {
 protected:
  AnswersTest() {
    database_.execute(kSchema);
    execute("INSERT INTO input(id, job, identity, columns, started_ms) VALUES(7, 'job', 'file', '[]', 5000)");
  }
  void execute(const std::string& sql) { database_.execute(sql.c_str()); }
  void intent(int id, int item, std::int64_t sent_ms, int state = 3, int status = 200,
              const char* verdict = "done") {
    execute(
        fmt::format("INSERT INTO intent(id, item, step, generation, state, path, key, body, api_version, "
                    "key_digest, first_wall_ms, "
                    "first_boot_ms, last_wall_ms, last_boot_ms, boot_id, attempts, sends, status, verdict, "
                    "answered_ms, latency_ms) "
                    "VALUES({}, {}, 0, 0, {}, '', '', '', '', '', {}, 0, 0, 0, '', 0, 2, {}, '{}', {}, 40)",
                    id, item, state, sent_ms, status, verdict, sent_ms + 40));
  }
  void names(int item) { execute(fmt::format("INSERT INTO entry VALUES(7, {}, {})", item, item)); }
  std::vector<PastAnswer> answers() {
    std::vector<PastAnswer> found;
    for_each_answer(database_, 7, [&found](const PastAnswer& answer) { found.push_back(answer); });
    return found;
  }

  SqliteDatabase database_{":memory:", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE};
};

TEST_F(AnswersTest, only_requests_since_the_input_began_wherever_that_is) {
  for (const int earlier : {0, 1, 7, 20}) {
    execute("DELETE FROM intent; DELETE FROM entry");
    for (int i = 1; i <= 20; ++i) {
      names(i);
      // With gaps between the numbers.
      intent(i * 3, i, i <= earlier ? 1000 + i : 5000 + i);
    }
    EXPECT_EQ(answers().size(), static_cast<std::size_t>(20 - earlier)) << earlier;
  }
  execute("DELETE FROM intent");
  EXPECT_TRUE(answers().empty());
}

TEST_F(AnswersTest, only_of_items_that_the_input_names) {
  names(1);
  intent(1, 1, 6000);
  intent(2, 2, 6000);
  EXPECT_EQ(answers().size(), 1U);
}

TEST_F(AnswersTest, what_is_known_of_each) {
  for (const int item : {1, 2, 3, 4}) names(item);
  intent(1, 1, 6000);
  intent(2, 2, 6001, 3, 402, "refused");
  intent(3, 3, 6002, 2);
  intent(4, 4, 6003, 3, 0, "");
  const std::vector<PastAnswer> found = answers();
  ASSERT_EQ(found.size(), 4U);
  EXPECT_TRUE(found[0].done);
  EXPECT_EQ(found[0].answered_ms, 6040);
  EXPECT_EQ(found[0].latency_ms, 40);
  EXPECT_EQ(found[0].sends, 2);
  EXPECT_FALSE(found[1].done);
  EXPECT_EQ(found[1].answered_ms, 6041);
  EXPECT_EQ(found[2].answered_ms, 0) << "no answer has come";
  EXPECT_EQ(found[3].answered_ms, 0) << "it was found out by asking";
}

class EntriesTest : public test::LedgerTest {};

TEST_F(EntriesTest, states_are_those_of_the_tally) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1"), entry("cus_2", "pm_2"), entry("cus_3", "pm_3", "acct_B"),
                entry("cus_4", "pm_4", "acct_B"), entry("cus_5", "pm_5")});
  const std::vector<Work> found = load();
  end(found[0], State::succeeded);
  end(found[1], State::failed, Step::attach, "card_declined");
  const std::vector<Work> others = load(2);
  Intent unknown = intend(others[0], Step::clone);
  unknown.state = IntentState::unknown;
  settle(others[0].item, unknown, {}, "account_invalid");

  auto reader = open_reader(place_);
  ASSERT_TRUE(reader);
  std::array<std::uint64_t, kStates.size()> by_state{};
  (*reader)->for_each_entry(input, [&](const EntryEnd& end) {
    ++by_state[static_cast<std::size_t>(end.state)];
    if (end.state == State::failed) {
      EXPECT_EQ(end.reason, "card_declined");
      EXPECT_EQ(end.step, Step::attach);
    }
  });
  EXPECT_EQ(by_state, tally(input).by_state);
  EXPECT_EQ(by_state[static_cast<std::size_t>(State::blocked)], 1U);
  EXPECT_EQ(by_state[static_cast<std::size_t>(State::pending)], 2U);
  const std::vector<AccountName> names = (*reader)->account_names();
  ASSERT_EQ(names.size(), 2U);
  EXPECT_EQ(names[1].lost_code, "account_invalid");
}

TEST_F(EntriesTest, runs_are_those_of_the_job_over_the_input) {
  const std::int64_t input = begin();
  for (const auto& [job, of] :
       {std::pair<std::string, std::int64_t>{"job", input}, {"other", input}, {"job", 99}, {"job", input}}) {
    RunRecord record;
    record.job = job;
    record.input = of;
    done(ledger_->note_run(record));
  }
  auto reader = open_reader(place_);
  ASSERT_TRUE(reader);
  std::vector<std::int64_t> ids;
  (*reader)->for_each_run("job", input, [&ids](const RunRecord& run) { ids.push_back(run.id); });
  EXPECT_EQ(ids, (std::vector<std::int64_t>{1, 4}));
}

}  // namespace
}  // namespace payferry::ledger
