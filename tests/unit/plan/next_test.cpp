#include "plan/next.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "cases.hpp"

namespace payferry::plan {
namespace {

using settings::CustomerRule;
using settings::DefaultRule;
using test::cloned_item;
using test::usual_item;
using test::usual_link;
using test::usual_rules;

std::string in_words(const Next& next) {
  if (const auto* call = std::get_if<Call>(&next)) return std::string(to_string(call->step));
  const End& end = std::get<End>(next);
  return std::string(to_string(end.state)) + (end.reason.empty() ? "" : ":" + end.reason);
}

struct Setting {
  Item item = usual_item();
  std::optional<Link> link = usual_link();
  Rules rules = usual_rules();
};

struct Row {
  const char* name;
  std::function<void(Setting&)> change;
  const char* expected;
};

class NextTest : public testing::TestWithParam<Row> {};

TEST_P(NextTest, is) {
  Setting setting;
  GetParam().change(setting);
  EXPECT_EQ(in_words(next(setting.item, setting.link ? &*setting.link : nullptr, setting.rules)),
            GetParam().expected);
}

INSTANTIATE_TEST_SUITE_P(Table, NextTest,
                         testing::Values(Row{"a_new_item_is_cloned", [](Setting&) {}, "clone"},
                                         Row{"an_excluded_type_costs_no_call",
                                             [](Setting& s) { s.item.content.type = "sepa_debit"; },
                                             "skipped:type_excluded"},
                                         Row{"a_refused_customer_costs_no_clone",
                                             [](Setting& s) { s.link->refused_code = "email_invalid"; },
                                             "failed:customer_refused"},
                                         Row{"the_first_clone_makes_the_customer",
                                             [](Setting& s) { s.item = cloned_item(); }, "create_customer"},
                                         Row{"the_next_is_attached",
                                             [](Setting& s) {
                                               s.item = cloned_item();
                                               s.link = usual_link("cus_new");
                                             },
                                             "attach"},
                                         Row{"the_clone_tells_the_type",
                                             [](Setting& s) {
                                               s.item = cloned_item();
                                               s.item.details.type = "sepa_debit";
                                             },
                                             "skipped:type_excluded"},
                                         Row{"without_links_the_clone_is_the_end",
                                             [](Setting& s) {
                                               s.item = cloned_item();
                                               s.link.reset();
                                               s.rules.customer = CustomerRule::none;
                                             },
                                             "succeeded"},
                                         Row{"without_links_now_an_older_link_is_left_alone",
                                             [](Setting& s) {
                                               s.item = cloned_item();
                                               s.rules.customer = CustomerRule::none;
                                             },
                                             "succeeded"},
                                         Row{"no_customer_is_made_where_only_existing_ones_may_be_used",
                                             [](Setting& s) {
                                               s.item = cloned_item();
                                               s.rules.customer = CustomerRule::existing;
                                             },
                                             "failed:target_customer_missing"},
                                         Row{"a_refused_customer_stops_what_is_cloned_already",
                                             [](Setting& s) {
                                               s.item = cloned_item();
                                               s.link->refused_code = "email_invalid";
                                             },
                                             "failed:customer_refused"},
                                         Row{"an_attached_marked_card_becomes_the_default",
                                             [](Setting& s) {
                                               s.item = cloned_item(Step::set_default);
                                               s.item.content.is_default = true;
                                               s.link = usual_link("cus_new");
                                             },
                                             "set_default"},
                                         Row{"an_attached_card_whose_default_is_no_longer_wanted_is_done",
                                             [](Setting& s) {
                                               s.item = cloned_item(Step::set_default);
                                               s.item.content.is_default = true;
                                               s.link = usual_link("cus_new");
                                               s.rules.set_default = DefaultRule::none;
                                             },
                                             "succeeded"}),
                         [](const auto& tested) { return tested.param.name; });

TEST(NextTest, the_default_is_never_guessed) {
  Item plain = cloned_item();
  Item marked = cloned_item();
  marked.content.is_default = true;
  Rules rules = usual_rules();
  struct {
    DefaultRule rule;
    bool plain_at_creation, marked_at_creation, marked_by_step;
  } const table[] = {{DefaultRule::marked, false, true, true},
                     {DefaultRule::first, true, true, false},
                     {DefaultRule::none, false, false, false}};
  for (const auto& row : table) {
    rules.set_default = row.rule;
    EXPECT_EQ(default_at_creation(plain, rules), row.plain_at_creation);
    EXPECT_EQ(default_at_creation(marked, rules), row.marked_at_creation);
    EXPECT_FALSE(default_by_step(plain, rules));
    EXPECT_EQ(default_by_step(marked, rules), row.marked_by_step);
  }
}

TEST(NextTest, an_item_that_fails_with_its_customer_repeats_the_customers_reason) {
  Item item = usual_item();
  Link link = usual_link();
  link.refused_code = "email_invalid";
  link.refused_message = "not an address";
  link.refused_request_id = "req_9";
  apply(std::get<End>(next(item, &link, usual_rules())), item, &link);
  EXPECT_EQ(item.state, State::failed);
  EXPECT_EQ(item.step, Step::create_customer);
  EXPECT_EQ(item.reason, "email_invalid");
  EXPECT_EQ(item.message, "not an address");
  EXPECT_EQ(item.request_id, "req_9");
  EXPECT_TRUE(item.failed_with_link);
}

TEST(NextTest, another_end_is_not_blamed_on_the_customer) {
  Item item = usual_item();
  const Link link = usual_link();
  apply(End{State::skipped, "type_excluded"}, item, &link);
  EXPECT_EQ(item.state, State::skipped);
  EXPECT_EQ(item.reason, "type_excluded");
  EXPECT_FALSE(item.failed_with_link);
}

class LaneOfTest : public testing::Test {};

TEST_F(LaneOfTest, items_of_one_customer_share_a_lane_on_each_account) {
  const Link link = usual_link();
  Item one = usual_item();
  Item other = usual_item();
  other.payment_method = "pm_other";
  EXPECT_EQ(lane_of(one, &link), lane_of(other, &link));
  other.account = "acct_B";
  EXPECT_NE(lane_of(one, &link), lane_of(other, &link));
}

TEST_F(LaneOfTest, a_lane_keeps_its_name_when_its_customer_has_been_made) {
  EXPECT_EQ(lane_of(usual_item(), std::make_unique<Link>(usual_link()).get()),
            lane_of(usual_item(), std::make_unique<Link>(usual_link("cus_new")).get()));
}

TEST_F(LaneOfTest, platform_customers_that_share_a_given_customer_share_a_lane) {
  Link one = usual_link("cus_given");
  Link other = usual_link("cus_given");
  other.customer = "cus_other";
  one.origin = other.origin = Origin::reused;
  EXPECT_EQ(lane_of(usual_item(), &one), lane_of(usual_item(), &other));
}

TEST_F(LaneOfTest, without_links_the_customer_or_else_the_original_names_it) {
  Item item = usual_item();
  EXPECT_EQ(lane_of(item, nullptr), "acct_A cus_old");
  item.customer.clear();
  EXPECT_EQ(lane_of(item, nullptr), "acct_A pm_old");
}

}  // namespace
}  // namespace payferry::plan
