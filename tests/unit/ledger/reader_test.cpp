#include "ledger/reader.hpp"

#include "opened.hpp"

namespace payferry::ledger {
namespace {

class ReaderTest : public test::LedgerTest {
 protected:
  std::unique_ptr<Reader> reader() {
    Result<std::unique_ptr<Reader>> opened = open_reader(place_);
    if (!opened) throw std::runtime_error(opened.error().message);
    return std::move(*opened);
  }
  std::vector<RejectRow> rejects(std::int64_t input) {
    std::vector<RejectRow> rows;
    reader()->for_each_reject(input, [&](const RejectRow& row) { rows.push_back(row); });
    return rows;
  }
};

TEST_F(ReaderTest, sees_what_is_durable_while_the_writer_goes_on) {
  EXPECT_EQ(reader()->present_input("job"), 0);
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  EXPECT_EQ(reader()->owner().platform, "acct_platform");
  EXPECT_EQ(reader()->present_input("job"), input);
  EXPECT_EQ(reader()->present_input("other"), 0);
  EXPECT_EQ(reader()->columns(input), columns_);
  EXPECT_EQ(reader()->tally(input).count(State::pending), 1u);
}

TEST_F(ReaderTest, held_it_reads_as_of_that_moment) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  const auto held = reader();
  held->hold();
  admit(input, {entry("cus_2", "pm_2")});
  EXPECT_EQ(held->tally(input).read, 1u);
  EXPECT_EQ(held->tally(input).count(State::pending), 1u);
  EXPECT_EQ(reader()->tally(input).count(State::pending), 2u);
}

TEST_F(ReaderTest, maps_what_succeeded_in_the_order_of_admission) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1"), entry("cus_2", "pm_2"), entry("cus_3", "pm_3")});
  std::vector<Work> found = load();
  end(found[2], State::succeeded);
  end(found[1], State::failed, Step::clone, "card_declined");
  found[0].item.details = {"card", "fp", "4242", "visa", 12, 2030};
  Link link = *found[0].link;
  link.target_customer = "cus_new";
  settle(found[0].item, {}, link);
  end(found[0], State::succeeded);
  std::vector<MappingRow> rows;
  reader()->for_each_mapping(input, [&](const MappingRow& row) { rows.push_back(row); });
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(rows[0].account, "acct_A");
  EXPECT_EQ(rows[0].customer_old, "cus_1");
  EXPECT_EQ(rows[0].source_old, "pm_1");
  EXPECT_EQ(rows[0].customer_new, "cus_new");
  EXPECT_EQ(rows[0].source_new, "pm_clone");
  EXPECT_EQ(rows[0].details, found[0].item.details);
  EXPECT_EQ(rows[1].source_old, "pm_3");
  EXPECT_EQ(rows[1].customer_new, "");
}

TEST_F(ReaderTest, lists_rejected_failed_and_blocked_entries_by_line) {
  const std::int64_t input = begin();
  const auto cells = std::make_shared<const std::string>("[\"bad\"]");
  admit(input, {entry("cus_1", "pm_1"), entry("cus_2", "pm_2"), entry("cus_3", "pm_3", "acct_B")},
        {{50, "acct_A", "customer_invalid", "column customer", cells}, {1, "", "csv_quotes", "no", nullptr}});
  const std::vector<Work> found = load();
  end(found[0], State::succeeded);
  Work failing = found[1];
  failing.item.message = "declined";
  failing.item.request_id = "req_2";
  end(failing, State::failed, Step::attach, "card_declined");
  settle(load(2)[0].item, {}, {}, "account_invalid");
  const std::vector<RejectRow> rows = rejects(input);
  ASSERT_EQ(rows.size(), 4u);
  EXPECT_EQ(rows[0].line, 1u);
  EXPECT_EQ(rows[0].state, "rejected");
  EXPECT_TRUE(rows[0].cells.empty());
  EXPECT_EQ(rows[1].line, 3u);
  EXPECT_EQ(rows[1].state, "failed");
  EXPECT_EQ(rows[1].account, "acct_A");
  EXPECT_EQ(rows[1].step, "attach");
  EXPECT_EQ(rows[1].code, "card_declined");
  EXPECT_EQ(rows[1].message, "declined");
  EXPECT_EQ(rows[1].request_id, "req_2");
  EXPECT_EQ(rows[1].cells, (std::vector<std::string>{"cus_2", "pm_2", "secret@example.com"}));
  EXPECT_EQ(rows[1].columns, columns_);
  EXPECT_EQ(rows[2].state, "blocked");
  EXPECT_EQ(rows[2].account, "acct_B");
  EXPECT_EQ(rows[2].code, "account_invalid");
  EXPECT_EQ(rows[3].line, 50u);
  EXPECT_EQ(rows[3].code, "customer_invalid");
  EXPECT_EQ(rows[3].cells, std::vector<std::string>{"bad"});
}

TEST_F(ReaderTest, an_items_cells_keep_the_column_names_of_the_input_they_came_from) {
  admit(begin("file-1"), {entry("cus_1", "pm_1")});
  end(only(), State::failed, Step::clone, "card_declined");
  columns_ = {"email", "customer", "payment_method", "more"};
  const std::int64_t second = begin("file-2");
  admit(second, {entry("cus_1", "pm_1")});
  const std::vector<RejectRow> rows = rejects(second);
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(rows[0].columns, (std::vector<std::string>{"customer", "payment_method", "email"}));
  EXPECT_EQ(rows[0].cells.size(), 3u);
}

TEST_F(ReaderTest, the_newest_run_of_a_job_is_found) {
  EXPECT_FALSE(reader()->last_run("job"));
  RunRecord record;
  record.job = "job";
  record.started_ms = 5;
  record.summary = "{}";
  record.id = done(ledger_->note_run(record));
  RunRecord other;
  other.job = "other";
  done(ledger_->note_run(other));
  record.ended_ms = 9;
  record.exit_code = 4;
  record.outcome = "unfinished";
  EXPECT_EQ(done(ledger_->note_run(record)), record.id);
  const std::optional<RunRecord> found = reader()->last_run("job");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->id, record.id);
  EXPECT_EQ(found->started_ms, 5);
  EXPECT_EQ(found->ended_ms, 9);
  EXPECT_EQ(found->exit_code, 4);
  EXPECT_EQ(found->outcome, "unfinished");
  EXPECT_EQ(found->summary, "{}");
}

}  // namespace
}  // namespace payferry::ledger
