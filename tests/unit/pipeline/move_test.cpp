#include "pipeline/move.hpp"

#include "ledger/draft.hpp"
#include "ledger/sqlite.hpp"
#include "world.hpp"

namespace payferry::pipeline {
namespace {

using test::answer_of;
using test::FakeStripe;

class MoveTest : public test::WorldTest {
 protected:
  // What another process would find now, if this one ended.
  std::unique_ptr<ledger::Database> as_after_a_crash() {
    const std::string copy = path_.string() + ".crashed";
    std::filesystem::remove(copy);
    ledger::SqliteDatabase(path_.string(), SQLITE_OPEN_READWRITE)
        .execute(("VACUUM INTO '" + copy + "'").c_str());
    auto database = std::make_unique<ledger::SqliteDatabase>(copy, SQLITE_OPEN_READWRITE);
    ledger::take_up_journal(*database);
    return database;
  }
  // How many durable, unsettled intents hold exactly this request.
  int durable_intents(const stripe::Request& request) {
    const auto database = as_after_a_crash();
    ledger::Statement find(*database,
                           "SELECT count(*) FROM intent JOIN item ON item.id = intent.item WHERE key = ? AND "
                           "body = ? AND path = ? AND intent.state IN (0, 2)");
    return find.bind(request.idempotency_key, request.body, request.path).next()
               ? static_cast<int>(find.integer(0))
               : 0;
  }
};

TEST_F(MoveTest, a_customer_with_one_card_costs_two_writes) {
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_EQ(endpoints(), "clone create_customer");
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(stripe_.attached_to("cus_new_1"), "pm_1");
  EXPECT_EQ(stripe_.customers.at("cus_new_1").source, "cus_1");
  EXPECT_EQ(run.events.ends, std::vector<std::string>{"pm_1 succeeded"});
  EXPECT_EQ(tally().customers_created, 1u);
  for (const stripe::Request& request : stripe_.requests) {
    EXPECT_EQ(request.account, "acct_A");
    EXPECT_EQ(request.api_version, "2026-09-30.endive");
  }
}

TEST_F(MoveTest, every_further_card_costs_two_more_and_no_read) {
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2"), line("cus_1", "pm_3")});
  run();
  EXPECT_EQ(endpoints(), "clone create_customer clone attach clone attach");
  EXPECT_EQ(stripe_.attached_to("cus_new_1"), "pm_1 pm_2 pm_3");
}

TEST_F(MoveTest, a_marked_card_becomes_the_default_wherever_it_stands) {
  Entry first = line("cus_1", "pm_1");
  first.content.is_default = true;
  Entry second = line("cus_2", "pm_3");
  second.content.is_default = true;
  admit({first, line("cus_1", "pm_2"), line("cus_2", "pm_4"), second});
  run();
  EXPECT_EQ(stripe_.sent_to(Endpoint::set_default), 1u);
  for (const auto& [id, customer] : stripe_.customers)
    EXPECT_EQ(stripe_.methods.at(customer.default_method).original,
              customer.source == "cus_1" ? "pm_1" : "pm_3");
}

TEST_F(MoveTest, a_given_customer_is_used) {
  Entry entry = line("cus_1", "pm_1");
  entry.content.target_customer = "cus_given";
  admit({entry, line("cus_1", "pm_2")});
  run();
  EXPECT_EQ(endpoints(), "clone attach clone attach");
  EXPECT_EQ(stripe_.attached_to("cus_given"), "pm_1 pm_2");
  EXPECT_EQ(tally().customers_reused, 1u);
}

TEST_F(MoveTest, without_links_a_clone_is_all) {
  rules_.customer = settings::CustomerRule::none;
  close_ledger();
  open_ledger();
  admit({line("cus_1", "pm_1"), line("", "pm_2")});
  run();
  EXPECT_EQ(endpoints(), "clone clone");
  EXPECT_EQ(counts(), "succeeded=2");
}

TEST_F(MoveTest, a_type_that_only_the_clone_tells_is_skipped) {
  stripe_.reply(Endpoint::clone, [](const stripe::Request&) {
    return answer_of(200, R"({"id":"pm_c","object":"payment_method","type":"sepa_debit","customer":null})");
  });
  admit({line("cus_1", "pm_1")});
  run();
  EXPECT_EQ(endpoints(), "clone");
  EXPECT_EQ(counts(), "skipped=1");
}

TEST_F(MoveTest, nothing_is_sent_whose_intent_is_not_durable) {
  int checked = 0;
  stripe_.on_send = [&](const stripe::Request& request) {
    if (!is_write(request.endpoint)) return;
    ++checked;
    EXPECT_EQ(durable_intents(request), 1) << to_string(request.endpoint) << ' ' << request.body;
  };
  // Also when it is sent again, after whatever answer.
  stripe_.say(Endpoint::clone, test::throttled());
  stripe_.say(Endpoint::clone, test::lost());
  stripe_.say(Endpoint::create_customer, answer_of(500, "oops"));
  stripe_.lose(Endpoint::attach);
  Entry marked = line("cus_1", "pm_2");
  marked.content.is_default = true;
  admit({line("cus_1", "pm_1"), marked, line("cus_2", "pm_3", "acct_B")});
  run();
  EXPECT_EQ(counts(), "succeeded=3");
  EXPECT_EQ(checked, 11);
}

TEST_F(MoveTest, an_outcome_is_durable_before_the_next_step) {
  stripe_.on_send = [&](const stripe::Request& request) {
    if (request.endpoint != Endpoint::create_customer) return;
    const auto database = as_after_a_crash();
    ledger::Statement clone(*database, "SELECT clone_id FROM item");
    ASSERT_TRUE(clone.bind().next());
    EXPECT_EQ(clone.text(0), FakeStripe::field(request.body, "payment_method"));
  };
  admit({line("cus_1", "pm_1")});
  run();
  EXPECT_EQ(counts(), "succeeded=1");
}

TEST_F(MoveTest, what_can_follow_at_once_is_stored_with_the_outcome) {
  admit({line("cus_1", "pm_1")});
  run();
  EXPECT_EQ(counts(), "succeeded=1");
  const std::vector<std::string>& calls = ledger_->calls;
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "intend clone"), 1);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "proceed create_customer"), 1);
  EXPECT_EQ(std::count(calls.begin(), calls.end(), "intend create_customer"), 0);
}

class StopWhileStoring : public MoveTest, public testing::WithParamInterface<const char*> {};
TEST_P(StopWhileStoring, keeps_the_request_from_being_sent_and_says_so) {
  ledger_->on_call = [this](const std::string& call) {
    if (call == GetParam()) run_->stop.request(Why::signal, "stop");
  };
  admit({line("cus_1", "pm_1")});
  run();
  EXPECT_EQ(stripe_.sent_to(Endpoint::create_customer), 0u);
  const std::vector<ledger::Work> open = open_items();
  ASSERT_EQ(open.size(), 1u);
  ASSERT_TRUE(open.front().intent);
  EXPECT_EQ(open.front().intent->state, IntentState::unsent);
  ledger_->on_call = nullptr;
  run();
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(endpoints(), "clone create_customer");
}
INSTANTIATE_TEST_SUITE_P(Calls, StopWhileStoring, testing::Values("intend clone", "proceed create_customer"),
                         [](const auto& test) { return test.index == 0 ? "first" : "next"; });

TEST_F(MoveTest, a_ledger_that_fails_stops_everything_before_anything_is_sent) {
  admit({line("cus_1", "pm_1"), line("cus_2", "pm_2")});
  ledger_->break_after_intents(0, make_error(Errc::ledger, "the disk is full"));
  test::OneRun& run = this->run();
  EXPECT_EQ(stripe_.requests.size(), 0u);
  EXPECT_EQ(run.stop.why(), Why::ledger);
  EXPECT_EQ(run.stop.reason(), "the disk is full");
}

TEST_F(MoveTest, a_ledger_that_fails_under_way_sends_nothing_more) {
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  ledger_->break_after_intents(1, make_error(Errc::ledger, "the disk is full"));
  test::OneRun& run = this->run();
  EXPECT_EQ(endpoints(), "clone");
  EXPECT_EQ(run.stop.why(), Why::ledger);
}

TEST_F(MoveTest, a_connection_that_cannot_be_made_costs_no_attempt_and_no_intent) {
  stripe_.refuse_connections(20, make_error(Errc::unreachable, "no route"));
  admit({line("cus_1", "pm_1")});
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.without_connection, 20);
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(run.events.again, 0);
}

TEST_F(MoveTest, the_canary_limits_how_many_items_begin_and_finishes_those) {
  std::vector<Entry> lines;
  for (int i = 1; i <= 10; ++i) lines.push_back(line("cus_" + std::to_string(i), "pm_" + std::to_string(i)));
  admit(lines);
  EXPECT_TRUE(run(3).canary.exhausted());
  EXPECT_EQ(counts(), "pending=7 succeeded=3");
  EXPECT_EQ(stripe_.sent_to(Endpoint::clone), 3u);
  run(0);
  EXPECT_EQ(stripe_.sent_to(Endpoint::clone), 3u);
  run();
  EXPECT_EQ(counts(), "succeeded=10");
}

TEST_F(MoveTest, only_what_is_selected_moves) {
  Entry typed = line("cus_1", "pm_1");
  typed.content.type = "card";
  admit({typed, line("cus_2", "pm_2"), line("cus_3", "pm_3", "acct_B")});
  run({}, {{}, {"card"}});
  EXPECT_EQ(counts(), "pending=2 succeeded=1");
  EXPECT_EQ(run_->feeder.left_out(), 2u);
  run({}, {{"acct_B"}, {}});
  EXPECT_EQ(counts(), "pending=1 succeeded=2");
  EXPECT_EQ(stripe_.requests.back().account, "acct_B");
}

TEST_F(MoveTest, fail_fast_stops_at_the_first_failure) {
  on_run_ = [](test::OneRun& run) { run.shared.fail_fast = true; };
  stripe_.say(Endpoint::clone, test::declined());
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2"), line("cus_1", "pm_3")});
  test::OneRun& run = this->run();
  EXPECT_EQ(run.stop.why(), Why::fail_fast);
  EXPECT_EQ(counts(), "pending=2 failed=1");
}

}  // namespace
}  // namespace payferry::pipeline
