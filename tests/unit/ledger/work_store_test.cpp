#include "ledger/work_store.hpp"

#include "opened.hpp"

namespace payferry::ledger {
namespace {

class WorkStoreTest : public test::LedgerTest {
 protected:
  WorkStoreTest() : input_(begin()) {}
  Work one() {
    admit(input_, {entry("cus_1", "pm_1")});
    return only();
  }
  std::string raw(const char* sql) {
    const std::unique_ptr<Database> database = beside();
    Statement row(*database, sql);
    return row.bind().next() ? row.text(0) : "(none)";
  }

  std::int64_t input_;
};

TEST_F(WorkStoreTest, an_intent_comes_back_byte_for_byte) {
  const Work work = one();
  const Intent sent = intend(work, Step::clone, 4);
  reopen();
  const Work loaded = only();
  ASSERT_TRUE(loaded.intent);
  EXPECT_EQ(loaded.item.step, Step::clone);
  EXPECT_EQ(loaded.intent->id, sent.id);
  EXPECT_EQ(loaded.intent->item_id, work.item.id);
  EXPECT_EQ(loaded.intent->generation, 4);
  EXPECT_EQ(loaded.intent->state, IntentState::open);
  EXPECT_EQ(loaded.intent->path, sent.path);
  EXPECT_EQ(loaded.intent->idempotency_key, sent.idempotency_key);
  EXPECT_EQ(loaded.intent->body, sent.body);
  EXPECT_EQ(loaded.intent->api_version, sent.api_version);
  EXPECT_EQ(loaded.intent->key_digest, sent.key_digest);
  EXPECT_EQ(loaded.intent->first_sent.wall_ms, 1000);
  EXPECT_EQ(loaded.intent->first_sent.boot_ms, 100);
  EXPECT_EQ(loaded.intent->first_sent.boot_id, "boot");
  EXPECT_EQ(loaded.intent->sends, 1);
}

TEST_F(WorkStoreTest, a_sending_again_keeps_the_request_and_moves_the_stamps) {
  const Work work = one();
  Intent intent = intend(work, Step::clone);
  intent.state = IntentState::unknown;
  intent.last_sent = Stamp{5000, 500, "boot"};
  intent.attempts = 1;
  intent.sends = 2;
  EXPECT_EQ(done(ledger_->intend(intent, work.link)), intent.id);
  const Intent loaded = *only().intent;
  EXPECT_EQ(loaded.state, IntentState::unknown);
  EXPECT_EQ(loaded.first_sent.wall_ms, 1000);
  EXPECT_EQ(loaded.last_sent.wall_ms, 5000);
  EXPECT_EQ(loaded.last_sent.boot_ms, 500);
  EXPECT_EQ(loaded.attempts, 1);
  EXPECT_EQ(loaded.sends, 2);
  EXPECT_EQ(loaded.body, intent.body);
}

// What was never executed may go out under a new API key; a crash right after must find that key's digest.
TEST_F(WorkStoreTest, a_sending_again_under_another_api_key_says_so) {
  const Work work = one();
  Intent intent = intend(work, Step::clone);
  intent.key_digest = "another key";
  done(ledger_->intend(intent, work.link));
  EXPECT_EQ(only().intent->key_digest, "another key");
}

TEST_F(WorkStoreTest, a_settled_intent_keeps_its_answer_and_nothing_of_its_request) {
  Work work = one();
  Intent intent = intend(work, Step::clone);
  intent.state = IntentState::settled;
  work.item.clone_id = "pm_clone";
  work.item.details = {"card", "fp", "4242", "visa", 12, 2030};
  settle(work.item, intent);
  const Work loaded = only();
  EXPECT_FALSE(loaded.intent);
  EXPECT_EQ(loaded.item.clone_id, "pm_clone");
  EXPECT_EQ(loaded.item.details, work.item.details);
  EXPECT_EQ(raw("SELECT path || key || body || api_version || key_digest FROM intent"), "");
  EXPECT_EQ(raw("SELECT request_id FROM intent"), "req_1");
}

class ProceedTest : public WorkStoreTest {
 protected:
  // The outcome of a clone, and the creation of the customer as the next intent.
  std::int64_t proceed(Work work, int generation) {
    Settlement outcome;
    outcome.intent = intend(work, Step::clone);
    outcome.intent->state = IntentState::settled;
    outcome.item = work.item;
    outcome.item.clone_id = "pm_clone";
    outcome.item.step = Step::create_customer;
    outcome.answered = Answered{200, "done", "", "", "req_1", 1, 2};
    return done(ledger_->proceed(std::move(outcome), intent_for(work.item, Step::create_customer, generation),
                                 work.link));
  }
};

TEST_F(ProceedTest, an_outcome_and_the_next_intent_are_stored_together) {
  const std::int64_t id = proceed(one(), 0);
  reopen();
  const Work loaded = only();
  EXPECT_EQ(loaded.item.clone_id, "pm_clone");
  EXPECT_EQ(loaded.item.step, Step::create_customer);
  ASSERT_TRUE(loaded.intent);
  EXPECT_EQ(loaded.intent->id, id);
  EXPECT_EQ(loaded.intent->step, Step::create_customer);
  EXPECT_EQ(loaded.intent->state, IntentState::open);
  EXPECT_TRUE(loaded.link->creating);
}

TEST_F(ProceedTest, the_outcome_stands_where_the_link_forbids_the_next_intent) {
  EXPECT_EQ(proceed(one(), 7), 0);
  const Work loaded = only();
  EXPECT_EQ(loaded.item.clone_id, "pm_clone");
  EXPECT_FALSE(loaded.intent);
  EXPECT_FALSE(loaded.link->creating);
}

TEST_F(WorkStoreTest, an_open_request_says_at_which_step_its_item_is) {
  const Work work = one();
  intend(work, Step::attach);
  EXPECT_EQ(only().item.step, Step::attach);
}

TEST_F(WorkStoreTest, an_unknown_answer_keeps_the_request) {
  Work work = one();
  Intent intent = intend(work, Step::clone);
  intent.state = IntentState::unknown;
  intent.attempts = 8;
  work.item.reason = "unknown";
  settle(work.item, intent);
  const Work loaded = only();
  ASSERT_TRUE(loaded.intent);
  EXPECT_EQ(loaded.intent->state, IntentState::unknown);
  EXPECT_EQ(loaded.intent->attempts, 8);
  EXPECT_EQ(loaded.intent->body, intent.body);
  EXPECT_EQ(loaded.item.reason, "unknown");
}

TEST_F(WorkStoreTest, every_field_of_an_item_and_its_link_survives) {
  Work work = one();
  Item& item = work.item;
  item.step = Step::attach;
  item.reason = "clone_refused";
  item.message = "message";
  item.request_id = "req_7";
  item.clone_id = "pm_clone";
  item.clone_generation = 1;
  item.attach_generation = 2;
  item.default_generation = 3;
  item.clone_replacements = 4;
  item.orphans = 5;
  Link link = *work.link;
  link.target_customer = "cus_new";
  link.origin = Origin::created;
  link.generation = 6;
  link.refused_code = "code";
  link.refused_message = "words";
  link.refused_request_id = "req_8";
  settle(item, {}, link);
  reopen();
  const Work loaded = only();
  EXPECT_EQ(loaded.item.step, Step::attach);
  EXPECT_EQ(loaded.item.reason, "clone_refused");
  EXPECT_EQ(loaded.item.message, "message");
  EXPECT_EQ(loaded.item.request_id, "req_7");
  EXPECT_EQ(loaded.item.clone_generation, 1);
  EXPECT_EQ(loaded.item.attach_generation, 2);
  EXPECT_EQ(loaded.item.default_generation, 3);
  EXPECT_EQ(loaded.item.clone_replacements, 4);
  EXPECT_EQ(loaded.item.orphans, 5);
  const Link reloaded = done(ledger_->reload_link(link.id));
  for (const Link& got : {*loaded.link, reloaded}) {
    EXPECT_EQ(got.id, link.id);
    EXPECT_EQ(got.account_id, 1);
    EXPECT_EQ(got.customer, "cus_1");
    EXPECT_EQ(got.target_customer, "cus_new");
    EXPECT_EQ(got.origin, Origin::created);
    EXPECT_EQ(got.generation, 6);
    EXPECT_EQ(got.refused_code, "code");
    EXPECT_EQ(got.refused_message, "words");
    EXPECT_EQ(got.refused_request_id, "req_8");
    EXPECT_FALSE(got.creating);
  }
}

TEST_F(WorkStoreTest, only_one_item_may_make_the_customer) {
  admit(input_, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2")});
  const std::vector<Work> found = load();
  const Intent first = intend(found[0], Step::create_customer);
  EXPECT_GT(first.id, 0);
  EXPECT_EQ(intend(found[1], Step::create_customer).id, 0);
  EXPECT_TRUE(done(ledger_->reload_link(found[0].link->id)).creating);
  EXPECT_FALSE(load()[1].intent);
}

TEST_F(WorkStoreTest, a_refused_creation_frees_the_next_generation_and_no_other) {
  admit(input_, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2")});
  std::vector<Work> found = load();
  Intent first = intend(found[0], Step::create_customer);
  first.state = IntentState::settled;
  found[0].item.state = State::failed;
  Link link = *found[0].link;
  link.generation = 1;
  settle(found[0].item, first, link);
  EXPECT_EQ(intend(found[1], Step::create_customer, 0).id, 0);
  EXPECT_GT(intend(found[1], Step::create_customer, 1).id, 0);
}

TEST_F(WorkStoreTest, an_unknown_creation_keeps_everybody_else_from_creating) {
  admit(input_, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2")});
  std::vector<Work> found = load();
  Intent first = intend(found[0], Step::create_customer);
  first.state = IntentState::unknown;
  settle(found[0].item, first);
  reopen();
  EXPECT_EQ(intend(load()[1], Step::create_customer).id, 0);
  // The one who owes the answer may send again.
  EXPECT_EQ(done(ledger_->intend(*load()[0].intent, load()[0].link)), first.id);
}

TEST_F(WorkStoreTest, nothing_is_created_where_a_line_named_the_customer_meanwhile) {
  const Work work = one();
  Entry naming = entry("cus_1", "pm_2");
  naming.content.target_customer = "cus_given";
  admit(input_, {naming});
  EXPECT_EQ(intend(work, Step::create_customer).id, 0);
  EXPECT_EQ(done(ledger_->reload_link(work.link->id)).target_customer, "cus_given");
  EXPECT_GT(intend(work, Step::attach).id, 0);
}

TEST_F(WorkStoreTest, an_item_that_ended_keeps_nothing_of_the_line) {
  for (const State state : {State::succeeded, State::skipped}) {
    Entry full = entry("cus_1", "pm_" + std::string(to_string(state)));
    full.content.email = "secret@example.com";
    admit(input_, {full});
    end(only(), state);
  }
  EXPECT_TRUE(load().empty());
  EXPECT_EQ(raw("SELECT max(content || cells) FROM item"), "");
  close();
  const std::string bytes = folder_.read("sub/ledger.db");
  EXPECT_EQ(bytes.find("secret@example.com"), std::string::npos);
  EXPECT_EQ(bytes.find("secret%40example.com"), std::string::npos);
}

TEST_F(WorkStoreTest, a_failed_item_keeps_its_line_for_the_report) {
  admit(input_, {entry("cus_1", "pm_1")});
  end(only(), State::failed, Step::clone, "card_declined");
  EXPECT_NE(raw("SELECT cells FROM item").find("secret@example.com"), std::string::npos);
}

TEST_F(WorkStoreTest, open_items_come_in_order_and_in_portions) {
  std::vector<Entry> entries;
  for (int i = 1; i <= 5; ++i) entries.push_back(entry("cus_1", "pm_" + std::to_string(i)));
  admit(input_, entries);
  end(load()[2], State::succeeded);
  const std::vector<Work> first = load(1, 0, 2);
  ASSERT_EQ(first.size(), 2u);
  EXPECT_EQ(first[0].item.payment_method, "pm_1");
  const std::vector<Work> rest = load(1, first[1].item.id, 10);
  ASSERT_EQ(rest.size(), 2u);
  EXPECT_EQ(rest[0].item.payment_method, "pm_4");
  EXPECT_EQ(rest[1].item.payment_method, "pm_5");
  EXPECT_TRUE(load(7).empty());
}

TEST_F(WorkStoreTest, an_account_is_lost_and_found) {
  const Work work = one();
  settle(work.item, {}, {}, "account_invalid");
  EXPECT_TRUE(done(ledger_->accounts())[0].lost);
  settle(work.item, {}, {}, "");
  EXPECT_FALSE(done(ledger_->accounts())[0].lost);
}

}  // namespace
}  // namespace payferry::ledger
