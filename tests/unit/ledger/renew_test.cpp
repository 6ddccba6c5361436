#include "ledger/renew.hpp"

#include "ledger/check.hpp"
#include "opened.hpp"

namespace payferry::ledger {
namespace {

// One customer whose first card made it and whose second was attached to it; then it was gone, so that the
// attaching of the third was refused and the fourth waits with it. The fifth was declined for itself.
class RenewTest : public test::LedgerTest {
 protected:
  RenewTest() : input_(begin()) {
    admit(input_, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2"), entry("cus_1", "pm_3"),
                   entry("cus_1", "pm_4"), entry("cus_1", "pm_5")});
    std::vector<Work> found = load();
    Link link = *found[0].link;
    link.target_customer = "cus_new";
    link.origin = Origin::created;
    succeed(found[0], Step::create_customer, link);
    succeed(found[1], Step::attach);
    refuse(found[2], link, "resource_missing");
    found[3].item.state = State::failed;
    found[3].item.step = Step::create_customer;
    found[3].item.reason = "resource_missing";
    found[3].item.failed_with_link = true;
    settle(found[3].item);
    end(found[4], State::failed, Step::attach, "card_declined");
  }

  void succeed(Work work, Step step, std::optional<Link> link = {}) {
    Intent intent = intend(work, step);
    intent.state = IntentState::settled;
    work.item.state = State::succeeded;
    work.item.step = step;
    work.item.clone_id = "pm_clone" + std::to_string(work.item.id);
    settle(work.item, intent, std::move(link));
  }
  void refuse(Work work, Link link, std::string code) {
    Intent intent = intend(work, Step::attach);
    intent.state = IntentState::settled;
    work.item.state = State::failed;
    work.item.step = Step::attach;
    work.item.clone_id = "pm_clone" + std::to_string(work.item.id);
    work.item.reason = code;
    work.item.failed_with_link = true;
    link.refused_code = std::move(code);
    settle(work.item, intent, link);
  }
  Renewed renew(RetryFilter filter = {}) { return done(ledger_->renew_customers(std::move(filter))); }
  void alter(const char* sql) {
    close();
    beside()->execute(sql);
    open();
  }
  void expect_sound() {
    const Result<Findings> findings = check(place_);
    ASSERT_TRUE(findings);
    for (const Violation& violation : findings->violations) ADD_FAILURE() << violation.rule;
  }

  std::int64_t input_;
};

TEST_F(RenewTest, the_link_goes_to_its_next_generation_and_takes_its_items_along) {
  const Renewed renewed = renew();
  EXPECT_EQ(renewed.customers, 1);
  EXPECT_EQ(renewed.put_back, 2);
  EXPECT_EQ(renewed.cloned_anew, 2);
  EXPECT_EQ(renewed.used_up, 0);
  const std::vector<Work> found = load();
  ASSERT_EQ(found.size(), 4u) << "what was declined for itself stays";
  for (const Work& work : found) {
    EXPECT_EQ(work.link->target_customer, "");
    EXPECT_EQ(work.link->origin, Origin::none);
    EXPECT_EQ(work.link->generation, 1);
    EXPECT_EQ(work.link->refused_code, "");
    EXPECT_FALSE(work.item.failed_with_link);
  }
  for (const std::size_t lost : {0u, 1u}) {
    EXPECT_EQ(found[lost].item.step, Step::clone);
    EXPECT_EQ(found[lost].item.clone_id, "");
    EXPECT_EQ(found[lost].item.clone_generation, 1);
  }
  EXPECT_EQ(found[2].item.clone_id, "pm_clone3") << "it never was attached";
  EXPECT_EQ(found[2].item.clone_generation, 0);
  EXPECT_EQ(found[2].item.attach_generation, 1);
  expect_sound();
  EXPECT_EQ(renew().customers, 0) << "once";
}

TEST_F(RenewTest, looking_changes_nothing) {
  RetryFilter looking;
  looking.dry = true;
  for (int i = 0; i < 2; ++i) EXPECT_EQ(renew(looking).cloned_anew, 2);
  EXPECT_TRUE(load().empty());
  EXPECT_EQ(done(ledger_->retry(looking)), 3);
  EXPECT_TRUE(load().empty());
  EXPECT_EQ(renew().customers, 1);
}

TEST_F(RenewTest, only_what_stripe_says_is_gone_and_payferry_made) {
  for (const char* other :
       {"UPDATE link SET refused_code = 'email_invalid'", "UPDATE link SET refused_code = ''",
        "UPDATE link SET origin = 2", "UPDATE link SET target_customer = '', origin = 0"}) {
    alter("CREATE TABLE kept AS SELECT * FROM link");
    alter(other);
    EXPECT_EQ(renew().customers, 0) << other;
    EXPECT_TRUE(load().empty());
    alter("DELETE FROM link; INSERT INTO link SELECT * FROM kept; DROP TABLE kept");
  }
  EXPECT_EQ(renew().customers, 1);
}

TEST_F(RenewTest, a_customer_about_which_a_request_has_no_answer_is_left) {
  admit(input_, {entry("cus_1", "pm_6")});
  Intent sent = intend(only(), Step::attach);
  Renewed renewed = renew();
  EXPECT_EQ(renewed.customers, 0);
  EXPECT_EQ(renewed.busy, 1);
  EXPECT_EQ(load().size(), 1u);
  Work work = only();
  sent.state = IntentState::settled;
  work.item.state = State::failed;
  work.item.step = Step::attach;
  settle(work.item, sent);
  renewed = renew();
  EXPECT_EQ(renewed.customers, 1);
  EXPECT_EQ(renewed.busy, 0);
}

TEST_F(RenewTest, an_original_that_was_attached_to_none_is_lost_with_its_clone) {
  alter("UPDATE item SET customer = '' WHERE id = 2");
  const Renewed renewed = renew();
  EXPECT_EQ(renewed.cloned_anew, 1);
  EXPECT_EQ(renewed.used_up, 1);
  EXPECT_EQ(load().size(), 3u);
  EXPECT_EQ(done(ledger_->retry({0, "original_consumed", "", ""})), 0);
}

TEST_F(RenewTest, what_had_its_default_still_to_be_set_was_attached_and_is_lost) {
  for (const char* state : {"0", "3"}) {
    alter((std::string("UPDATE item SET step = 3, state = ") + state + " WHERE id = 2").c_str());
    RetryFilter looking;
    looking.dry = true;
    EXPECT_EQ(renew(looking).cloned_anew, 2) << state;
  }
}

TEST_F(RenewTest, what_was_moved_without_a_customer_stays_what_it_was) {
  alter("UPDATE intent SET step = 0 WHERE item = 2");
  EXPECT_EQ(renew().cloned_anew, 1);
  EXPECT_EQ(tally(input_).count(State::succeeded), 1u);
  expect_sound();
}

TEST_F(RenewTest, the_filter_narrows_by_account_item_and_input) {
  for (const RetryFilter& other : {RetryFilter{input_ + 1, "", "", ""}, RetryFilter{0, "", "acct_B", ""},
                                   RetryFilter{0, "", "", "pm_9"}})
    EXPECT_EQ(renew(other).customers, 0);
  EXPECT_EQ(renew({input_, "", "acct_A", "pm_4"}).customers, 1);
}

// LedgerTest's answers come at 1 ms.
TEST_F(RenewTest, by_age_what_waits_together_is_as_old_as_its_youngest) {
  RetryFilter filter;
  filter.dry = true;
  filter.failed_before_ms = 1;
  EXPECT_EQ(done(ledger_->retry(filter)), 0);
  filter.failed_before_ms = 2;
  EXPECT_EQ(done(ledger_->retry(filter)), 3) << "the fourth never had an answer of its own";
  alter("UPDATE intent SET answered_ms = 5 WHERE item = 3");
  for (const char* waiting : {"pm_3", "pm_4"}) {
    filter.payment_method = waiting;
    EXPECT_EQ(done(ledger_->retry(filter)), 0) << waiting;
  }
  filter.payment_method.clear();
  alter("DELETE FROM intent");
  EXPECT_EQ(done(ledger_->retry(filter)), 0) << "nobody knows how old";
}

}  // namespace
}  // namespace payferry::ledger
