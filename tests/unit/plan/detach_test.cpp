#include <gtest/gtest.h>

#include "cases.hpp"
#include "plan/existing.hpp"
#include "plan/next.hpp"
#include "plan/reconcile.hpp"

// What is taken back: the answers to its detaching, and to the look at its clone where they do not say
// enough.
namespace payferry::plan {
namespace {

using stripe::About;
using stripe::Kind;
using test::method;
using test::refusal;
using test::success;
using test::verdict_of;

struct Detaching {
  Detaching() {
    item.state = State::succeeded;
    item.detaching = true;
    intent.id = 1;
    intent.step = Step::detach;
    intent.state = IntentState::open;
  }
  Follow answer(const stripe::Verdict& verdict) { return advance(all, verdict, rules); }
  Follow seen(const stripe::Verdict& verdict) { return after_clone_read(all, verdict, rules); }
  // Came to its end, in these words.
  std::string end() const {
    return is_under_way(item) ? "" : std::string(to_string(item.state)) + " " + item.reason;
  }

  Item item = test::cloned_item(Step::attach);
  Link link = test::usual_link("cus_new");
  Intent intent;
  Trial trial;
  Rules rules = test::usual_rules();
  Case all{item, &link, intent, trial};
};

TEST(Detach, is_the_only_thing_that_happens_to_what_is_taken_back) {
  Detaching d;
  d.item.content.is_default = true;
  d.link.origin = Origin::reused;
  d.item.details.fingerprint = "fp";
  for (const auto existing : {settings::ExistingRule::adopt, settings::ExistingRule::skip}) {
    d.rules.existing = existing;
    EXPECT_FALSE(wants_existing(d.item, &d.link, d.rules));
    const Next next = plan::next(d.item, &d.link, d.rules);
    ASSERT_TRUE(std::holds_alternative<Call>(next));
    EXPECT_EQ(std::get<Call>(next).step, Step::detach);
  }
}

TEST(Detach, that_took_place_rolls_the_item_back_and_keeps_its_clones_id) {
  Detaching d;
  d.item.reason = "unknown";
  EXPECT_EQ(d.answer(success(method("pm_clone"))), Follow::go_on);
  EXPECT_EQ(d.end(), "skipped rolled_back");
  EXPECT_EQ(d.item.clone_id, "pm_clone");
  EXPECT_EQ(d.intent.state, IntentState::settled);
  EXPECT_FALSE(d.all.link_changed) << "the customer stays for a later move";
}

TEST(Detach, of_what_is_gone_rolls_the_item_back) {
  Detaching d;
  EXPECT_EQ(d.answer(refusal(About::clone, "resource_missing")), Follow::go_on);
  EXPECT_EQ(d.end(), "skipped rolled_back");
}

TEST(Detach, that_is_refused_leaves_the_item_as_it_was_and_another_rollback_another_key) {
  Detaching d;
  EXPECT_EQ(d.answer(refusal(About::item, "odd")), Follow::go_on);
  EXPECT_EQ(d.end(), "succeeded odd");
  EXPECT_EQ(d.item.detach_generation, 1);
  EXPECT_EQ(d.item.message, "what Stripe said");
}

TEST(Detach, of_what_is_said_to_be_attached_to_nobody_asks_about_the_clone) {
  for (const char* code : {"payment_method_unexpected_state", ""}) {
    Detaching d;
    EXPECT_EQ(d.answer(refusal(About::clone, code)), Follow::ask);
    EXPECT_EQ(d.trial.ask, Ask::clone_of_detach);
    EXPECT_EQ(d.intent.state, IntentState::settled);
    EXPECT_EQ(d.item.detach_generation, 1) << "a run that is cut off here sends under another key";
  }
}

TEST(Detach, whose_answer_is_unknown_is_sent_again_and_parks) {
  Detaching d;
  EXPECT_EQ(d.answer(verdict_of(Kind::unknown)), Follow::again);
  EXPECT_EQ(d.answer(verdict_of(Kind::unknown)), Follow::again);
  EXPECT_EQ(d.answer(verdict_of(Kind::unknown)), Follow::park);
  EXPECT_EQ(d.item.state, State::succeeded);
  EXPECT_TRUE(d.item.detaching);
}

TEST(Detach, whose_key_is_forgotten_asks_about_the_clone) {
  Detaching d;
  EXPECT_EQ(give_up_key(d.all, false, d.rules), Follow::ask);
  EXPECT_EQ(d.trial.ask, Ask::clone_of_detach);
  EXPECT_EQ(d.intent.state, IntentState::unknown);
}

struct Look {
  const char* name;
  stripe::Verdict seen;
  Follow follow;
  const char* end;
  int generation;  // after an answer that was lost; the item began with 0
};

class DetachLook : public testing::TestWithParam<Look> {};

TEST_P(DetachLook, decides) {
  Detaching d;
  d.intent.state = IntentState::unknown;
  d.trial.ask = Ask::clone_of_detach;
  EXPECT_EQ(d.seen(GetParam().seen), GetParam().follow);
  EXPECT_EQ(d.end(), GetParam().end);
  EXPECT_EQ(d.item.detach_generation, GetParam().generation);
  const bool settled = GetParam().follow == Follow::go_on;
  EXPECT_EQ(d.intent.state, settled ? IntentState::settled : IntentState::unknown);
}

INSTANTIATE_TEST_SUITE_P(
    Table, DetachLook,
    testing::Values(Look{"on_nobody", success(method("pm_clone")), Follow::go_on, "skipped rolled_back", 0},
                    Look{"gone", refusal(About::item, "resource_missing"), Follow::go_on,
                         "skipped rolled_back", 0},
                    Look{"on_our_customer", success(method("pm_clone", "cus_new")), Follow::go_on, "", 1},
                    Look{"on_another", success(method("pm_clone", "cus_other")), Follow::go_on,
                         "failed attached_elsewhere", 0},
                    Look{"refused_otherwise", refusal(About::item, "odd"), Follow::park, "", 0},
                    Look{"throttled", verdict_of(Kind::throttled, 429), Follow::wait, "", 0},
                    Look{"unknown", verdict_of(Kind::unknown), Follow::again, "", 0},
                    Look{"account_lost", verdict_of(Kind::account_lost, 403), Follow::account_lost, "", 0}),
    [](const auto& tested) { return tested.param.name; });

// Stripe says that it is on nobody, and that it is on our customer.
TEST(Detach, that_contradicts_itself_ends_with_the_refusal) {
  Detaching d;
  for (int times = 0; times <= d.rules.attempts; ++times) {
    EXPECT_EQ(d.end(), "");
    d.intent.state = IntentState::open;
    EXPECT_EQ(d.answer(refusal(About::clone, "payment_method_unexpected_state")), Follow::ask);
    EXPECT_EQ(d.seen(success(method("pm_clone", "cus_new"))), Follow::go_on);
  }
  EXPECT_EQ(d.end(), "succeeded payment_method_unexpected_state");
  EXPECT_EQ(d.item.detach_generation, d.rules.attempts + 1);
}

}  // namespace
}  // namespace payferry::plan
