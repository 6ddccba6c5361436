#include "plan/request.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "cases.hpp"

namespace payferry::plan {
namespace {

using test::cloned_item;
using test::usual_item;
using test::usual_link;
using test::usual_rules;

TEST(Request, a_clone_names_the_customer_and_the_original) {
  const Intent intent = make_intent(Step::clone, usual_item(), nullptr, usual_rules());
  EXPECT_EQ(intent.path, "/v1/payment_methods");
  EXPECT_EQ(intent.body, "customer=cus_old&payment_method=pm_old");
  EXPECT_EQ(intent.item_id, 7);
  EXPECT_EQ(intent.id, 0);
  EXPECT_EQ(intent.step, Step::clone);
  EXPECT_EQ(intent.api_version, "2026-09-30.endive");
  EXPECT_EQ(intent.key_digest, "digest-of-the-key");
}

TEST(Request, a_clone_of_an_unattached_original_names_no_customer) {
  Item item = usual_item();
  item.customer.clear();
  EXPECT_EQ(make_intent(Step::clone, item, nullptr, usual_rules()).body, "payment_method=pm_old");
}

TEST(Request, a_customer_is_made_with_its_clone_our_marker_and_what_the_line_says) {
  Item item = cloned_item();
  item.content.name = "Zoë & Söhne";
  item.content.email = "a+b@example.com";
  item.content.phone = "+49 1";
  item.content.metadata = {{"plan", "x=y"}, {"ke y", "1"}};
  const Link link = usual_link();
  const Intent intent = make_intent(Step::create_customer, item, &link, usual_rules());
  EXPECT_EQ(intent.path, "/v1/customers");
  EXPECT_EQ(intent.body,
            "payment_method=pm_clone&metadata[payferry_source_customer]=cus_old"
            "&name=Zo%C3%AB%20%26%20S%C3%B6hne&email=a%2Bb%40example.com&phone=%2B49%201"
            "&metadata[plan]=x%3Dy&metadata[ke%20y]=1");
}

TEST(Request, a_marked_card_is_the_default_of_the_customer_it_is_made_with) {
  Item item = cloned_item();
  item.content.is_default = true;
  const Link link = usual_link();
  EXPECT_NE(make_intent(Step::create_customer, item, &link, usual_rules())
                .body.find("&invoice_settings[default_payment_method]=pm_clone"),
            std::string::npos);
}

TEST(Request, attaching_and_setting_the_default_name_the_clone_and_the_customer) {
  const Link link = usual_link("cus_new");
  const Intent attach = make_intent(Step::attach, cloned_item(), &link, usual_rules());
  EXPECT_EQ(attach.path, "/v1/payment_methods/pm_clone/attach");
  EXPECT_EQ(attach.body, "customer=cus_new");
  const Intent set = make_intent(Step::set_default, cloned_item(), &link, usual_rules());
  EXPECT_EQ(set.path, "/v1/customers/cus_new");
  EXPECT_EQ(set.body, "invoice_settings[default_payment_method]=pm_clone");
}

TEST(Request, detaching_names_the_clone_and_nothing_else) {
  const Link link = usual_link("cus_new");
  const Intent detach = make_intent(Step::detach, cloned_item(), &link, usual_rules());
  EXPECT_EQ(detach.path, "/v1/payment_methods/pm_clone/detach");
  EXPECT_EQ(detach.body, "");
}

TEST(Request, an_id_cannot_leave_its_place_in_the_path) {
  Item item = cloned_item();
  item.clone_id = "pm/../x?y#z";
  const Link link = usual_link("cus_new");
  EXPECT_EQ(make_intent(Step::attach, item, &link, usual_rules()).path,
            "/v1/payment_methods/pm%2F..%2Fx%3Fy%23z/attach");
}

// What a key depends on, and what it must not depend on (DESIGN 4, point 3).
struct World {
  Item item = cloned_item();
  Link link = usual_link("cus_new");
  Rules rules = usual_rules();
  std::string key(Step step) const { return make_intent(step, item, &link, rules).idempotency_key; }
};

struct Change {
  const char* name;
  std::function<void(World&)> change;
  std::set<Step> keys_that_change;
};

class KeyTest : public testing::TestWithParam<Change> {};

TEST_P(KeyTest, changes_with_the_work_only) {
  const World before;
  World after;
  GetParam().change(after);
  for (const Step step : kSteps)
    EXPECT_EQ(before.key(step) != after.key(step), GetParam().keys_that_change.count(step) > 0)
        << to_string(step);
}

constexpr Step kClone = Step::clone, kCreate = Step::create_customer, kAttach = Step::attach,
               kDefault = Step::set_default, kDetach = Step::detach;

INSTANTIATE_TEST_SUITE_P(
    Table, KeyTest,
    testing::Values(
        Change{"mode",
               [](World& w) { w.rules.mode = Mode::live; },
               {kClone, kCreate, kAttach, kDefault, kDetach}},
        Change{"account",
               [](World& w) { w.item.account = "acct_B"; },
               {kClone, kCreate, kAttach, kDefault, kDetach}},
        Change{"original", [](World& w) { w.item.payment_method = "pm_2"; }, {kClone}},
        Change{"customer_of_the_line", [](World& w) { w.item.customer = "cus_2"; }, {kClone}},
        Change{"no_customer", [](World& w) { w.item.customer = ""; }, {kClone}},
        Change{"clone_generation", [](World& w) { ++w.item.clone_generation; }, {kClone}},
        Change{"clone", [](World& w) { w.item.clone_id = "pm_c2"; }, {kAttach, kDefault, kDetach}},
        Change{"owner_of_the_link", [](World& w) { w.link.customer = "cus_2"; }, {kCreate}},
        Change{"link_generation", [](World& w) { ++w.link.generation; }, {kCreate}},
        Change{"target_customer", [](World& w) { w.link.target_customer = "cus_3"; }, {kAttach, kDefault}},
        Change{"attach_generation", [](World& w) { ++w.item.attach_generation; }, {kAttach}},
        Change{"default_generation", [](World& w) { ++w.item.default_generation; }, {kDefault}},
        Change{"detach_generation", [](World& w) { ++w.item.detach_generation; }, {kDetach}},
        Change{"wording_version_and_key",
               [](World& w) {
                 w.item.content.name = "New";
                 w.item.content.is_default = true;
                 w.item.id = 99;
                 w.rules.api_version = "other";
                 w.rules.key_digest = "other";
               },
               {}}),
    [](const auto& tested) { return tested.param.name; });

TEST(Key, the_same_numbers_for_different_work_make_different_keys) {
  const World world;
  std::set<std::string> keys;
  for (const Step step : kSteps) keys.insert(world.key(step));
  EXPECT_EQ(keys.size(), kSteps.size());
  for (const std::string& key : keys) EXPECT_LE(key.size(), 255u);
}

TEST(Key, is_the_same_in_every_version_of_this_program) {
  // Whoever does this work again within Stripe's memory, in whatever version, must do it under this key.
  const World world;
  EXPECT_EQ(world.key(Step::clone),
            "payferry-e59997cbae9e9f69eb2d5c89cfa60fe06946061aea037a4bfdcc9ea06ae2d4b1");
  EXPECT_EQ(world.key(Step::create_customer),
            "payferry-102bfc548a961420bb5533475b7682cbb565478232bd0fca7d3c66c999099532");
  EXPECT_EQ(world.key(Step::attach),
            "payferry-aa5dc3150d0bd4125777cf74d785912217f0aec7bf4fb9980a39158c1fc8bfe3");
  EXPECT_EQ(world.key(Step::set_default),
            "payferry-5e2b24d81292b6ca363bf4e507da8c7d8e09817349f1c13b8fa430be5196cd7a");
}

}  // namespace
}  // namespace payferry::plan
