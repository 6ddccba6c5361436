#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

std::string path(const std::string& id, const char* what = "") {
  return "/v1/payment_methods/" + id + what;
}

TEST(Attach, PutsACloneOnACustomerOfItsAccount) {
  SmallWorld small;
  const std::string clone = small.clone(), customer = small.customer();
  const Response response =
      small.post(path(clone, "/attach"), {{"customer", customer}, {"expand[]", "customer"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(at(response, "customer.id"), customer);
  EXPECT_EQ(at(small.get(path(clone)), "customer"), customer);
}

TEST(Attach, RefusesWhatStripeRefuses) {
  SmallWorld small;
  const std::string customer = small.customer(), elsewhere = small.customer({}, "acct_B");
  const std::string attached = small.clone(), fresh = small.clone(), gone = small.customer();
  small.post(path(attached, "/attach"), {{"customer", customer}});
  small.send(SmallWorld::make("DELETE", "/v1/customers/" + gone));

  const Response again = small.post(path(attached, "/attach"), {{"customer", customer}});
  EXPECT_EQ(again.status, 400);
  EXPECT_EQ(at(again, "error.code"), "absent");
  EXPECT_NE(at(again, "error.message").find("already been attached"), std::string::npos);

  for (const std::string& other : {elsewhere, gone, std::string("cus_none"), std::string("cus_owner")}) {
    const Response response = small.post(path(fresh, "/attach"), {{"customer", other}});
    EXPECT_EQ(response.status, 404) << other;
    EXPECT_EQ(at(response, "error.param"), "customer") << other;
    EXPECT_EQ(at(response, "error.code"), "resource_missing") << other;
  }
  const Response original = small.post(path("pm_card", "/attach"), {{"customer", customer}});
  EXPECT_EQ(original.status, 404);
  EXPECT_NE(at(original, "error.message").find("platform-owned payment method ID"), std::string::npos);
  const Response on_platform = small.post(path(fresh, "/attach"), {{"customer", "cus_owner"}}, "");
  EXPECT_NE(at(on_platform, "error.message").find("one of your connected accounts"), std::string::npos);
}

TEST(Attach, AfterDetachIsOverForGood) {
  SmallWorld small;
  const std::string clone = small.clone(), customer = small.customer();
  small.post(path(clone, "/attach"), {{"customer", customer}});
  const Response detached = small.post(path(clone, "/detach"), {});
  EXPECT_EQ(detached.status, 200);
  EXPECT_EQ(at(detached, "customer"), "null");
  const Response again = small.post(path(clone, "/attach"), {{"customer", customer}});
  EXPECT_EQ(again.status, 400);
  EXPECT_NE(at(again, "error.message").find("was detached from a Customer"), std::string::npos);
}

TEST(Attach, ADeclinedCardIs402AndStaysUnattached) {
  SmallWorld small;
  small.card->declines = true;
  const std::string clone = small.clone(), customer = small.customer();
  const Response response = small.post(path(clone, "/attach"), {{"customer", customer}});
  EXPECT_EQ(response.status, 402);
  EXPECT_EQ(at(response, "error.type"), "card_error");
  EXPECT_EQ(at(response, "error.code"), "card_declined");
  EXPECT_EQ(at(response, "error.decline_code"), "generic_decline");
  EXPECT_EQ(at(small.get(path(clone)), "customer"), "null");
}

TEST(Attach, ACustomerHoldsOnlySoMany) {
  WorldOptions options = SmallWorld::defaults();
  options.store.max_methods_per_customer = 1;
  SmallWorld small(options);
  const std::string customer = small.customer();
  EXPECT_EQ(small.post(path(small.clone(), "/attach"), {{"customer", customer}}).status, 200);
  EXPECT_EQ(at(small.post(path(small.clone(), "/attach"), {{"customer", customer}}), "error.code"),
            "customer_max_payment_methods");
}

TEST(Detach, OfAnUnattachedMethodIsRefused) {
  SmallWorld small;
  const Response response = small.post(path(small.clone(), "/detach"), {});
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(at(response, "error.code"), "payment_method_unexpected_state");
}

TEST(Update, NeedsAnAttachedMethod) {
  SmallWorld small;
  const std::string clone = small.clone();
  EXPECT_EQ(small.post(path(clone), {{"metadata[a]", "1"}}).status, 400);
  small.customer({{"payment_method", clone}});
  EXPECT_EQ(at(small.post(path(clone), {{"metadata[a]", "1"}, {"metadata[b]", "2"}}), "metadata"),
            R"({"a":"1","b":"2"})");
  EXPECT_EQ(at(small.post(path(clone), {{"metadata[a]", ""}}), "metadata"), R"({"b":"2"})");
  EXPECT_EQ(at(small.post(path(clone), {{"metadata", ""}}), "metadata"), "{}");
}

}  // namespace
}  // namespace payferry::simulator
