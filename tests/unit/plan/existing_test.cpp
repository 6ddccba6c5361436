#include "plan/existing.hpp"

#include <gtest/gtest.h>

#include "cases.hpp"

namespace payferry::plan {
namespace {

using settings::ExistingRule;

Item cloned_item() {
  Item item = test::usual_item();
  item.step = Step::attach;
  item.clone_id = "pm_clone";
  item.details.type = "card";
  item.details.fingerprint = "fp_1";
  return item;
}

Link reused_link() {
  Link link;
  link.target_customer = "cus_there";
  link.origin = Origin::reused;
  return link;
}

Rules rules_with(ExistingRule existing) {
  Rules rules = test::usual_rules();
  rules.existing = existing;
  rules.set_default = settings::DefaultRule::none;
  return rules;
}

stripe::PaymentMethod method(const std::string& id, const std::string& fingerprint,
                             const std::string& type = "card") {
  stripe::PaymentMethod made;
  made.id = id;
  made.details.type = type;
  made.details.fingerprint = fingerprint;
  return made;
}

TEST(Existing, IsLookedForOnlyWhereItCanBe) {
  struct Case {
    const char* what;
    bool wanted;
    ExistingRule rule;
    void (*change)(Item&, Link&);
  };
  const Case cases[] = {
      {"skip", true, ExistingRule::skip, [](Item&, Link&) {}},
      {"adopt", true, ExistingRule::adopt, [](Item&, Link&) {}},
      {"ignore", false, ExistingRule::ignore, [](Item&, Link&) {}},
      {"we made the customer", false, ExistingRule::skip,
       [](Item&, Link& link) { link.origin = Origin::created; }},
      {"no customer", false, ExistingRule::skip, [](Item&, Link& link) { link.target_customer.clear(); }},
      {"no clone", false, ExistingRule::skip, [](Item& item, Link&) { item.clone_id.clear(); }},
      {"no fingerprint", false, ExistingRule::skip,
       [](Item& item, Link&) { item.details.fingerprint.clear(); }},
      {"attached", false, ExistingRule::skip, [](Item& item, Link&) { item.step = Step::set_default; }},
  };
  for (const Case& c : cases) {
    Item item = cloned_item();
    Link link = reused_link();
    c.change(item, link);
    EXPECT_EQ(wants_existing(item, &link, rules_with(c.rule)), c.wanted) << c.what;
  }
  EXPECT_FALSE(wants_existing(cloned_item(), nullptr, rules_with(ExistingRule::skip)));
}

TEST(Existing, IsEqualByTypeAndFingerprint) {
  const std::vector<stripe::PaymentMethod> equal =
      equal_methods(cloned_item(), {method("pm_a", "fp_1"), method("pm_b", "fp_2"), method("pm_c", ""),
                                    method("pm_d", "fp_1", "us_bank_account"), method("pm_e", "fp_1")});
  ASSERT_EQ(equal.size(), 2u);
  EXPECT_EQ(equal[0].id, "pm_a");
  EXPECT_EQ(equal[1].id, "pm_e");
  Item without = cloned_item();
  without.details.fingerprint.clear();
  EXPECT_TRUE(equal_methods(without, {method("pm_c", "")}).empty());
}

TEST(Existing, MakesOfTheItemWhatTheRuleSays) {
  struct Case {
    const char* what;
    ExistingRule rule;
    std::vector<std::string> equal;  // newest first
    std::vector<std::string> taken;
    bool met;
    State state;
    const char* clone;
    bool adopted;
  };
  const Case cases[] = {
      {"none", ExistingRule::adopt, {}, {}, false, State::pending, "pm_clone", false},
      {"all are other items'",
       ExistingRule::adopt,
       {"pm_a"},
       {"pm_a"},
       false,
       State::pending,
       "pm_clone",
       false},
      {"skipped", ExistingRule::skip, {"pm_a"}, {}, true, State::skipped, "pm_clone", false},
      {"the oldest", ExistingRule::adopt, {"pm_b", "pm_a"}, {}, true, State::succeeded, "pm_a", true},
      {"the oldest free one",
       ExistingRule::adopt,
       {"pm_b", "pm_a"},
       {"pm_a"},
       true,
       State::succeeded,
       "pm_b",
       true},
      {"our own",
       ExistingRule::adopt,
       {"pm_b", "pm_clone", "pm_a"},
       {},
       true,
       State::succeeded,
       "pm_clone",
       false},
      {"our own is not skipped",
       ExistingRule::skip,
       {"pm_clone"},
       {},
       true,
       State::succeeded,
       "pm_clone",
       false},
  };
  for (const Case& c : cases) {
    Item item = cloned_item();
    std::vector<stripe::PaymentMethod> equal;
    for (const std::string& id : c.equal) equal.push_back(method(id, "fp_1"));
    EXPECT_EQ(meet_existing(item, equal, c.taken, rules_with(c.rule)), c.met) << c.what;
    EXPECT_EQ(item.state, c.state) << c.what;
    EXPECT_EQ(item.clone_id, c.clone) << c.what;
    EXPECT_EQ(item.adopted, c.adopted) << c.what;
    EXPECT_EQ(item.reason, c.state == State::skipped ? "existing" : "") << c.what;
  }
}

}  // namespace
}  // namespace payferry::plan
