#include "plan/advance.hpp"

#include <gtest/gtest.h>

#include "cases.hpp"
#include "plan/reconcile.hpp"

namespace payferry::plan {
namespace {

using stripe::About;
using stripe::Kind;
using test::customer;
using test::method;
using test::refusal;
using test::success;
using test::verdict_of;

// One item at one step, with an intent that is on its way.
struct Table {
  explicit Table(Step step) {
    if (step == Step::clone) item = test::usual_item();
    if (step == Step::attach || step == Step::set_default) link = test::usual_link("cus_new");
    item.step = intent.step = step;
    intent.id = 1;
    intent.item_id = item.id;
    intent.state = IntentState::open;
  }
  Follow answer(const stripe::Verdict& verdict) { return advance(all, verdict, rules); }

  Item item = test::cloned_item();
  Link link = test::usual_link();
  Intent intent;
  Trial trial;
  Rules rules = test::usual_rules();
  Case all{item, &link, intent, trial};
};

TEST(Advance, a_clone_is_kept_with_its_details) {
  Table t(Step::clone);
  EXPECT_EQ(t.answer(success(method("pm_clone"))), Follow::go_on);
  EXPECT_EQ(t.item.clone_id, "pm_clone");
  EXPECT_EQ(t.item.details.last4, "4242");
  EXPECT_EQ(t.item.state, State::pending);
  EXPECT_EQ(t.intent.state, IntentState::settled);
  EXPECT_FALSE(t.all.link_changed);
}

TEST(Advance, a_customer_is_made_with_its_first_clone_attached) {
  Table t(Step::create_customer);
  t.item.content.is_default = true;
  EXPECT_EQ(t.answer(success(customer("cus_new"))), Follow::go_on);
  EXPECT_EQ(t.item.state, State::succeeded);
  EXPECT_EQ(t.link.target_customer, "cus_new");
  EXPECT_EQ(t.link.origin, Origin::created);
  EXPECT_TRUE(t.all.link_changed);
}

TEST(Advance, an_attached_clone_is_done_unless_it_is_to_be_the_default) {
  Table plain(Step::attach);
  EXPECT_EQ(plain.answer(success(method("pm_clone", "cus_new"))), Follow::go_on);
  EXPECT_EQ(plain.item.state, State::succeeded);
  Table marked(Step::attach);
  marked.item.content.is_default = true;
  EXPECT_EQ(marked.answer(success(method("pm_clone", "cus_new"))), Follow::go_on);
  EXPECT_EQ(marked.item.state, State::pending);
  EXPECT_EQ(marked.item.step, Step::set_default);
}

TEST(Advance, the_answer_to_an_attach_names_the_clone_that_is_attached) {
  Table t(Step::attach);
  t.answer(success(method("pm_renamed", "cus_new")));
  EXPECT_EQ(t.item.clone_id, "pm_renamed");
}

TEST(Advance, a_set_default_ends_the_item) {
  Table t(Step::set_default);
  t.item.reason = "unknown";
  EXPECT_EQ(t.answer(success(customer("cus_new"))), Follow::go_on);
  EXPECT_EQ(t.item.state, State::succeeded);
  EXPECT_EQ(t.item.reason, "");
}

// What another ledger's run did may have been undone since: Stripe's own memory of the answer is no proof.
TEST(Advance, a_replay_of_what_this_ledger_never_sent_is_looked_at) {
  struct {
    Step step;
    stripe::Verdict answer;
    Ask ask;
  } const cases[] = {{Step::create_customer, success(customer("cus_new")), Ask::clone_of_attach},
                     {Step::attach, success(method("pm_clone", "cus_new")), Ask::clone_of_attach},
                     {Step::set_default, success(customer("cus_new")), Ask::default_of_customer}};
  for (const auto& each : cases) {
    Table t(each.step);
    stripe::Verdict replay = each.answer;
    replay.replayed = true;
    EXPECT_EQ(t.answer(replay), Follow::ask);
    EXPECT_EQ(t.trial.ask, each.ask);
    EXPECT_EQ(t.item.state, State::pending);
    EXPECT_EQ(t.link.target_customer, "cus_new");
    EXPECT_EQ(t.intent.state, IntentState::settled);
    Table ours(each.step);
    ours.intent.state = IntentState::unknown;
    EXPECT_EQ(ours.answer(replay), Follow::go_on) << "this ledger sent it before";
    EXPECT_EQ(ours.item.state, State::succeeded);
  }
}

TEST(Advance, a_clone_of_another_ledger_goes_on_and_is_remembered_as_such) {
  Table t(Step::clone);
  stripe::Verdict replay = success(method("pm_clone"));
  replay.replayed = true;
  EXPECT_EQ(t.answer(replay), Follow::go_on);
  EXPECT_TRUE(t.trial.foreign_clone);
  Table ours(Step::clone);
  ours.answer(success(method("pm_clone")));
  EXPECT_FALSE(ours.trial.foreign_clone);
}

TEST(Advance, a_customer_made_by_another_ledger_with_the_clone_attached_is_the_end) {
  Table t(Step::create_customer);
  t.item.content.is_default = true;
  stripe::Verdict replay = success(customer("cus_new"));
  replay.replayed = true;
  t.answer(replay);
  EXPECT_EQ(after_clone_read(t.all, success(method("pm_clone", "cus_new")), t.rules), Follow::go_on);
  EXPECT_EQ(t.item.state, State::succeeded);
  Table undone(Step::create_customer);
  undone.answer(replay);
  EXPECT_EQ(after_clone_read(undone.all, success(method("pm_clone")), undone.rules), Follow::go_on);
  EXPECT_EQ(undone.item.state, State::pending);
  EXPECT_EQ(undone.item.step, Step::attach);
}

constexpr std::array kMoving{Step::clone, Step::create_customer, Step::attach, Step::set_default};

TEST(Advance, a_refusal_about_the_item_fails_it_at_its_step) {
  for (const Step step : kMoving) {
    Table t(step);
    EXPECT_EQ(t.answer(refusal(About::item)), Follow::go_on);
    EXPECT_EQ(t.item.state, State::failed);
    EXPECT_EQ(t.item.step, step);
    EXPECT_EQ(t.item.reason, "card_declined");
    EXPECT_EQ(t.item.message, "what Stripe said");
    EXPECT_EQ(t.item.request_id, "req_1");
    EXPECT_FALSE(t.item.failed_with_link);
    EXPECT_EQ(t.intent.state, IntentState::settled);
    EXPECT_TRUE(t.link.refused_code.empty());
  }
}

TEST(Advance, a_refused_creation_raises_the_links_generation_before_the_next_item_creates) {
  for (const About about : {About::item, About::customer, About::clone}) {
    Table t(Step::create_customer);
    t.answer(refusal(about));
    EXPECT_EQ(t.link.generation, 1);
    EXPECT_TRUE(t.all.link_changed);
  }
}

TEST(Advance, a_refusal_about_the_customer_stays_with_the_link) {
  for (const Step step : {Step::create_customer, Step::attach}) {
    Table t(step);
    EXPECT_EQ(t.answer(refusal(About::customer, "email_invalid")), Follow::go_on);
    EXPECT_EQ(t.item.state, State::failed);
    EXPECT_TRUE(t.item.failed_with_link);
    EXPECT_EQ(t.link.refused_code, "email_invalid");
    EXPECT_EQ(t.link.refused_message, "what Stripe said");
    EXPECT_EQ(t.link.refused_request_id, "req_1");
    EXPECT_TRUE(t.all.link_changed);
  }
}

TEST(Advance, a_default_that_is_refused_fails_one_item_and_not_its_customers_others) {
  Table t(Step::set_default);
  t.answer(refusal(About::customer, "resource_missing"));
  EXPECT_EQ(t.item.state, State::failed);
  EXPECT_TRUE(t.link.refused_code.empty());
}

TEST(Advance, an_unusable_clone_fails_nothing_by_itself) {
  for (const Step step : {Step::create_customer, Step::attach}) {
    Table t(step);
    t.answer(refusal(About::clone, "resource_missing"));
    EXPECT_EQ(t.item.state, State::pending);
    EXPECT_EQ(t.item.reason, kCloneRefused);
    EXPECT_EQ(t.intent.state, IntentState::settled);
  }
}

TEST(Advance, an_unknown_answer_is_asked_for_again_and_parks_after_so_many) {
  for (const Step step : kSteps) {
    Table t(step);
    EXPECT_EQ(t.answer(verdict_of(Kind::unknown)), Follow::again);
    EXPECT_EQ(t.answer(verdict_of(Kind::unknown, 500)), Follow::again);
    EXPECT_EQ(t.item.reason, "");
    EXPECT_EQ(t.answer(verdict_of(Kind::unknown, 409)), Follow::park);
    EXPECT_EQ(t.item.reason, "unknown");
    EXPECT_EQ(t.item.state, State::pending);
    EXPECT_EQ(t.intent.state, IntentState::unknown);
    EXPECT_EQ(t.intent.attempts, 3);
  }
}

TEST(Advance, waiting_is_no_attempt) {
  Table t(Step::clone);
  for (int i = 1; i <= 20; ++i) {
    EXPECT_EQ(t.answer(verdict_of(Kind::throttled, 429)), Follow::wait);
    EXPECT_EQ(t.trial.throttled, i);
  }
  EXPECT_EQ(t.intent.attempts, 0);
  EXPECT_EQ(t.intent.state, IntentState::unsent);
  t.intent.state = IntentState::open;
  t.answer(verdict_of(Kind::unknown));
  EXPECT_EQ(t.trial.throttled, 0);
}

TEST(Advance, what_executes_nothing_leaves_a_fresh_intent_unsent_and_an_unknown_one_unknown) {
  const struct {
    Kind kind;
    int status;
    Follow follow;
  } table[] = {{Kind::throttled, 429, Follow::wait},
               {Kind::account_lost, 403, Follow::account_lost},
               {Kind::key_rejected, 401, Follow::stop_refused},
               {Kind::key_rejected, 403, Follow::stop_refused}};
  for (const auto& row : table) {
    Table fresh(Step::create_customer);
    EXPECT_EQ(fresh.answer(verdict_of(row.kind, row.status)), row.follow);
    EXPECT_EQ(fresh.intent.state, IntentState::unsent);
    Table unknown(Step::create_customer);
    unknown.intent.state = IntentState::unknown;
    unknown.item.reason = "unknown";
    EXPECT_EQ(unknown.answer(verdict_of(row.kind, row.status)), row.follow);
    EXPECT_EQ(unknown.intent.state, IntentState::unknown);
    EXPECT_EQ(unknown.item.state, State::pending);
    EXPECT_EQ(unknown.item.reason, "unknown");
    EXPECT_EQ(unknown.intent.attempts, 0);
  }
}

TEST(Advance, a_refusal_settles_an_unknown_intent) {
  Table t(Step::clone);
  t.answer(verdict_of(Kind::unknown));
  EXPECT_EQ(t.answer(refusal(About::item)), Follow::go_on);
  EXPECT_EQ(t.item.state, State::failed);
  EXPECT_EQ(t.intent.state, IntentState::settled);
}

stripe::Verdict server_failure(bool replayed, std::optional<bool> should_retry = std::nullopt) {
  stripe::Verdict verdict = verdict_of(Kind::unknown, 500);
  verdict.replayed = replayed;
  verdict.should_retry = should_retry;
  return verdict;
}

TEST(Advance, a_stored_failure_never_changes_so_the_clones_next_generation_goes) {
  Table t(Step::clone);
  EXPECT_EQ(t.answer(server_failure(false)), Follow::again);
  EXPECT_EQ(t.answer(server_failure(true)), Follow::go_on);
  EXPECT_EQ(t.item.clone_generation, 1);
  EXPECT_EQ(t.item.orphans, 1);
  EXPECT_EQ(t.item.state, State::pending);
  EXPECT_EQ(t.intent.state, IntentState::settled);
}

TEST(Advance, a_failure_that_says_not_to_retry_is_believed_the_second_time) {
  Table t(Step::clone);
  EXPECT_EQ(t.answer(server_failure(false, false)), Follow::again);
  EXPECT_EQ(t.answer(server_failure(false, false)), Follow::go_on);
  EXPECT_EQ(t.item.clone_generation, 1);
}

TEST(Advance, an_idempotency_conflict_is_no_refusal) {
  Table t(Step::clone);
  EXPECT_EQ(t.answer(verdict_of(Kind::key_conflict, 400, "idempotency_error")), Follow::go_on);
  EXPECT_EQ(t.item.state, State::pending);
  EXPECT_EQ(t.item.clone_generation, 1);
  for (const Step step : {Step::create_customer, Step::attach, Step::set_default}) {
    Table later(step);
    later.answer(verdict_of(Kind::key_conflict, 400, "idempotency_error"));
    EXPECT_EQ(later.item.state, State::pending);
    EXPECT_NE(later.intent.state, IntentState::settled);
    EXPECT_EQ(later.link.generation, 0);
    EXPECT_EQ(later.item.attach_generation, 0);
  }
}

TEST(Advance, a_lost_clone_of_an_unattached_original_is_never_made_again) {
  Table t(Step::clone);
  t.item.customer.clear();
  EXPECT_EQ(t.answer(server_failure(true)), Follow::go_on);
  EXPECT_EQ(t.item.state, State::failed);
  EXPECT_EQ(t.item.reason, "original_consumed");
  EXPECT_EQ(t.item.clone_generation, 0);
}

TEST(Advance, generations_do_not_rise_for_ever_within_one_run) {
  Table t(Step::clone);
  Follow last = Follow::go_on;
  int given_up = 0;
  while (last == Follow::go_on && given_up < 100) {
    t.intent.state = IntentState::open;
    last = t.answer(verdict_of(Kind::key_conflict, 400, "idempotency_error"));
    ++given_up;
  }
  EXPECT_EQ(last, Follow::park);
  EXPECT_EQ(given_up, t.rules.attempts + 1);
  EXPECT_EQ(t.item.reason, "unknown");
}

}  // namespace
}  // namespace payferry::plan
