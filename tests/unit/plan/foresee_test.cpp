#include "plan/foresee.hpp"

#include <gtest/gtest.h>

#include "cases.hpp"

namespace payferry::plan {
namespace {

using settings::CustomerRule;
using settings::DefaultRule;
using test::cloned_item;
using test::usual_item;
using test::usual_link;
using test::usual_rules;

// clone, create_customer, attach, set_default
using Writes = std::array<std::uint64_t, 4>;

Writes writes_of(Item item, Link* link, const Rules& rules) {
  Calls calls{};
  foresee(item, link, rules, calls);
  EXPECT_FALSE(is_under_way(item));
  return {calls[0], calls[1], calls[2], calls[3]};
}

Item marked(Item item) {
  item.content.is_default = true;
  return item;
}

TEST(ForeseeTest, the_first_of_a_customer_creates_it_and_the_rest_are_attached) {
  Link link = usual_link();
  EXPECT_EQ(writes_of(usual_item(), &link, usual_rules()), (Writes{1, 1, 0, 0}));
  EXPECT_EQ(writes_of(usual_item(), &link, usual_rules()), (Writes{1, 0, 1, 0}));
}

TEST(ForeseeTest, a_marked_default_costs_a_call_unless_the_customer_is_made_with_it) {
  Link link = usual_link();
  EXPECT_EQ(writes_of(marked(usual_item()), &link, usual_rules()), (Writes{1, 1, 0, 0}));
  EXPECT_EQ(writes_of(marked(usual_item()), &link, usual_rules()), (Writes{1, 0, 1, 1}));
}

TEST(ForeseeTest, the_first_as_default_costs_nothing) {
  Rules rules = usual_rules();
  rules.set_default = DefaultRule::first;
  Link link = usual_link();
  EXPECT_EQ(writes_of(marked(usual_item()), &link, rules), (Writes{1, 1, 0, 0}));
  EXPECT_EQ(writes_of(marked(usual_item()), &link, rules), (Writes{1, 0, 1, 0}));
}

TEST(ForeseeTest, without_customers_there_is_a_clone_and_nothing_else) {
  Rules rules = usual_rules();
  rules.customer = CustomerRule::none;
  EXPECT_EQ(writes_of(marked(usual_item()), nullptr, rules), (Writes{1, 0, 0, 0}));
}

TEST(ForeseeTest, what_was_begun_goes_on_at_its_step) {
  Link link = usual_link("cus_there");
  EXPECT_EQ(writes_of(marked(cloned_item(Step::attach)), &link, usual_rules()), (Writes{0, 0, 1, 1}));
  EXPECT_EQ(writes_of(marked(cloned_item(Step::set_default)), &link, usual_rules()), (Writes{0, 0, 0, 1}));
}

TEST(ForeseeTest, an_excluded_type_and_a_missing_customer_cost_nothing) {
  Item excluded = usual_item();
  excluded.content.type = "sepa_debit";
  Link link = usual_link();
  EXPECT_EQ(writes_of(excluded, &link, usual_rules()), (Writes{0, 0, 0, 0}));
  Rules rules = usual_rules();
  rules.customer = CustomerRule::existing;
  EXPECT_EQ(writes_of(usual_item(), &link, rules), (Writes{0, 0, 0, 0}));
}

}  // namespace
}  // namespace payferry::plan
