#include "ledger/reopen.hpp"

#include "opened.hpp"

namespace payferry::ledger {
namespace {

class ReopenTest : public test::LedgerTest {
 protected:
  ReopenTest() : input_(begin()) {}
  // A link that was refused because of its customer: item 1 asked, items 2 and 3 waited, item 4 failed for
  // itself before.
  void refuse_customer(Step step) {
    admit(input_,
          {entry("cus_1", "pm_1"), entry("cus_1", "pm_2"), entry("cus_1", "pm_3"), entry("cus_1", "pm_4")});
    std::vector<Work> found = load();
    Link link = *found[0].link;
    link.refused_code = "email_invalid";
    for (std::size_t i = 0; i < 3; ++i) {
      Item& item = found[i].item;
      item.state = State::failed;
      item.step = i == 0 ? step : Step::create_customer;
      item.reason = "email_invalid";
      item.failed_with_link = true;
      settle(item, {}, link);
    }
    end(found[3], State::failed, Step::clone, "card_declined");
  }
  std::int64_t retry(RetryFilter filter) { return done(ledger_->retry(std::move(filter))); }

  std::int64_t input_;
};

TEST_F(ReopenTest, a_failed_step_is_asked_again_under_its_next_generation) {
  const struct {
    Step step;
    int clone, attach, set_default;
  } table[] = {{Step::clone, 1, 0, 0},
               {Step::create_customer, 0, 0, 0},
               {Step::attach, 0, 1, 0},
               {Step::set_default, 0, 0, 1}};
  for (const auto& row : table) {
    admit(input_, {entry("cus_1", "pm_" + std::string(to_string(row.step)))});
    end(only(), State::failed, row.step, "card_declined");
    EXPECT_EQ(retry({}), 1);
    const Item item = only().item;
    EXPECT_EQ(item.step, row.step);
    EXPECT_EQ(item.reason, "");
    EXPECT_EQ(item.clone_generation, row.clone);
    EXPECT_EQ(item.attach_generation, row.attach);
    EXPECT_EQ(item.default_generation, row.set_default);
    end(only(), State::succeeded);
  }
}

TEST_F(ReopenTest, a_usable_clone_is_kept) {
  admit(input_, {entry("cus_1", "pm_1")});
  Work work = only();
  work.item.clone_id = "pm_clone";
  work.item.clone_replacements = 3;
  end(work, State::failed, Step::attach, "card_declined");
  retry({});
  EXPECT_EQ(only().item.clone_id, "pm_clone");
  EXPECT_EQ(only().item.clone_replacements, 0) << "a retry may replace an unusable clone again";
}

TEST_F(ReopenTest, the_filter_chooses) {
  admit(input_, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2"), entry("cus_1", "pm_1", "acct_B"),
                 entry("cus_1", "pm_9")});
  const std::vector<Work> on_a = load(1);
  end(on_a[0], State::failed, Step::clone, "card_declined");
  end(on_a[1], State::failed, Step::clone, "expired_card");
  end(load(2)[0], State::failed, Step::clone, "card_declined");
  end(on_a[2], State::succeeded);
  EXPECT_EQ(retry({0, "no_such_code", "", ""}), 0);
  EXPECT_EQ(retry({0, "", "acct_unknown", ""}), 0);
  EXPECT_EQ(retry({input_ + 1, "", "", ""}), 0);
  EXPECT_EQ(retry({input_, "expired_card", "", ""}), 1);
  EXPECT_EQ(retry({0, "", "acct_B", ""}), 1);
  EXPECT_EQ(retry({0, "", "", "pm_1"}), 1);
  EXPECT_EQ(retry({}), 0);
  EXPECT_EQ(tally(input_).count(State::succeeded), 1u);
}

TEST_F(ReopenTest, a_used_up_original_is_never_asked_again) {
  admit(input_, {entry("", "pm_1")});
  end(only(), State::failed, Step::clone, "original_consumed");
  EXPECT_EQ(retry({}), 0);
  EXPECT_TRUE(load().empty());
}

TEST_F(ReopenTest, a_customer_that_is_tried_again_frees_all_that_waited_for_it) {
  refuse_customer(Step::create_customer);
  EXPECT_EQ(retry({0, "email_invalid", "", "pm_2"}), 3);
  const std::vector<Work> found = load();
  ASSERT_EQ(found.size(), 3u);
  for (const Work& work : found) {
    EXPECT_EQ(work.link->refused_code, "");
    EXPECT_FALSE(work.item.failed_with_link);
    EXPECT_EQ(work.item.clone_generation, 0);
  }
}

TEST_F(ReopenTest, an_attach_that_failed_with_its_customer_goes_to_its_next_generation) {
  refuse_customer(Step::attach);
  EXPECT_EQ(retry({0, "", "", "pm_2"}), 3);
  EXPECT_EQ(load()[0].item.attach_generation, 1);
}

TEST_F(ReopenTest, only_failed_items_are_put_back) {
  admit(input_, {entry("cus_1", "pm_1"), entry("cus_1", "pm_2"), entry("cus_1", "pm_3")});
  const std::vector<Work> found = load();
  end(found[0], State::failed, Step::clone, "card_declined");
  end(found[1], State::succeeded);
  EXPECT_EQ(done(ledger_->put_back({1, 2, 3, 1, 77})), 1);
  EXPECT_EQ(tally(input_).count(State::pending), 2u);
  EXPECT_EQ(load()[0].item.clone_generation, 1);
}

}  // namespace
}  // namespace payferry::ledger
