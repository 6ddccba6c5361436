#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

std::vector<std::string> ids(const Response& response) {
  std::vector<std::string> out;
  for (int i = 0;; ++i) {
    const std::string id = at(response, "data." + std::to_string(i) + ".id");
    if (id == "absent") return out;
    out.push_back(id);
  }
}

using Ids = std::vector<std::string>;

struct Lists : testing::Test {
  SmallWorld small;
  Ids made;  // oldest first, one second apart

  void SetUp() override {
    for (int i = 0; i < 5; ++i) {
      made.push_back(small.customer({{"email", i % 2 == 0 ? "even@example.com" : "odd@example.com"}}));
      small.now += 1'000'000;
    }
  }
  Ids list(const SmallWorld::Fields& fields) { return ids(small.get("/v1/customers", fields)); }
};

TEST_F(Lists, NewestFirstPageByPage) {
  const Response first = small.get("/v1/customers", {{"limit", "2"}});
  EXPECT_EQ(ids(first), (Ids{made[4], made[3]}));
  EXPECT_EQ(at(first, "has_more"), "true");
  EXPECT_EQ(at(first, "object"), "list");
  EXPECT_EQ(at(first, "url"), "/v1/customers");
  const Response last = small.get("/v1/customers", {{"limit", "3"}, {"starting_after", made[3]}});
  EXPECT_EQ(ids(last), (Ids{made[2], made[1], made[0]}));
  EXPECT_EQ(at(last, "has_more"), "false");
}

TEST_F(Lists, EndingBeforeWalksTowardsTheNewer) {
  const Response page = small.get("/v1/customers", {{"limit", "2"}, {"ending_before", made[1]}});
  EXPECT_EQ(ids(page), (Ids{made[3], made[2]}));
  EXPECT_EQ(at(page, "has_more"), "true");
}

TEST_F(Lists, WhatIsMadeWhilePagingDoesNotShiftTheRest) {
  list({{"limit", "2"}});
  small.customer();
  EXPECT_EQ(list({{"limit", "2"}, {"starting_after", made[3]}}), (Ids{made[2], made[1]}));
}

TEST_F(Lists, FiltersByCreated) {
  const auto second = [](int i) { return std::to_string(1'800'000'000 + i); };
  EXPECT_EQ(list({{"created[gte]", second(3)}}), (Ids{made[4], made[3]}));
  EXPECT_EQ(list({{"created[gt]", second(3)}}), (Ids{made[4]}));
  EXPECT_EQ(list({{"created[lt]", second(1)}}), (Ids{made[0]}));
  EXPECT_EQ(list({{"created[lte]", second(1)}}), (Ids{made[1], made[0]}));
  EXPECT_EQ(list({{"created", second(2)}}), (Ids{made[2]}));
  EXPECT_EQ(list({{"created[gte]", second(1)}, {"created[lt]", second(4)}, {"starting_after", made[3]}}),
            (Ids{made[2], made[1]}));
}

TEST_F(Lists, FiltersByExactEmail) {
  EXPECT_EQ(list({{"email", "odd@example.com"}}), (Ids{made[3], made[1]}));
  EXPECT_EQ(list({{"email", "ODD@example.com"}}), Ids{});
}

TEST_F(Lists, DeletedOnesAreLeftOutButServeAsCursors) {
  small.send(SmallWorld::make("DELETE", "/v1/customers/" + made[3]));
  EXPECT_EQ(list({{"limit", "2"}}), (Ids{made[4], made[2]}));
  EXPECT_EQ(list({{"limit", "1"}, {"starting_after", made[3]}}), (Ids{made[2]}));
}

TEST_F(Lists, ShowOneAccountOnly) {
  EXPECT_EQ(ids(small.get("/v1/customers", {}, "acct_B")), Ids{});
  EXPECT_EQ(ids(small.get("/v1/customers", {}, "")), (Ids{"cus_owner"}));
}

TEST_F(Lists, AnUnknownCursorIsRefused) {
  const Response response = small.get("/v1/customers", {{"starting_after", "cus_owner"}});
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(at(response, "error.param"), "starting_after");
}

TEST_F(Lists, ExpandTheDefaultInsideTheData) {
  const std::string clone = small.clone();
  small.customer({{"payment_method", clone}, {"invoice_settings[default_payment_method]", clone}});
  const Response page =
      small.get("/v1/customers", {{"expand[]", "data.invoice_settings.default_payment_method"}});
  EXPECT_EQ(at(page, "data.0.invoice_settings.default_payment_method.id"), clone);
}

TEST_F(Lists, PaymentMethodsOfACustomerBothWays) {
  small.add_original("pm_bank", small.owner, MethodType::us_bank_account);
  small.add_original("pm_card2", small.owner);
  EXPECT_EQ(ids(small.get("/v1/customers/cus_owner/payment_methods", {}, "")),
            (Ids{"pm_card2", "pm_bank", "pm_card"}));
  EXPECT_EQ(ids(small.get("/v1/payment_methods", {{"customer", "cus_owner"}, {"type", "card"}}, "")),
            (Ids{"pm_card2", "pm_card"}));
  EXPECT_EQ(ids(small.get("/v1/payment_methods",
                          {{"customer", "cus_owner"}, {"starting_after", "pm_card2"}, {"limit", "1"}}, "")),
            (Ids{"pm_bank"}));
  EXPECT_EQ(small.get("/v1/payment_methods", {{"customer", "cus_owner"}}).status, 404);
}

TEST_F(Lists, UnattachedMethodsAreNowhereListed) {
  small.clone();
  EXPECT_EQ(ids(small.get("/v1/payment_methods")), Ids{});
}

}  // namespace
}  // namespace payferry::simulator
