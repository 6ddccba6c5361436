#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

const std::string path = "/v1/payment_methods";

TEST(Clone, MakesANewUnattachedMethodOnTheConnectedAccount) {
  SmallWorld small;
  const Response response = small.post(path, {{"customer", "cus_owner"}, {"payment_method", "pm_card"}});
  ASSERT_EQ(response.status, 200);
  const std::string id = at(response, "id");
  EXPECT_EQ(id.substr(0, 4), "pm_1");
  EXPECT_EQ(at(response, "customer"), "null");
  EXPECT_EQ(at(response, "object"), "payment_method");
  EXPECT_EQ(at(response, "created"), "1800000000");
  EXPECT_EQ(at(response, "livemode"), "false");
  EXPECT_EQ(at(small.get(path + "/" + id), "id"), id);
  EXPECT_EQ(small.get(path + "/" + id, {}, "acct_B").status, 404);
  EXPECT_EQ(small.get(path + "/" + id, {}, "").status, 404);
}

TEST(Clone, HasTheFingerprintOfItsOriginalOnEveryAccount) {
  SmallWorld small;
  const std::string original = at(small.get(path + "/pm_card", {}, ""), "card.fingerprint");
  for (const char* account : {"acct_A", "acct_B"}) {
    const std::string id = small.clone(account);
    const Response seen = small.get(path + "/" + id, {}, account);
    EXPECT_EQ(at(seen, "card.fingerprint"), original);
    EXPECT_EQ(at(seen, "card.last4"), at(small.get(path + "/pm_card", {}, ""), "card.last4"));
  }
}

TEST(Clone, OfOneOriginalIsNeverDeduplicated) {
  SmallWorld small;
  EXPECT_NE(small.clone(), small.clone());
}

TEST(Clone, BankAccountsShowTheirOwnHash) {
  SmallWorld small;
  small.add_original("pm_bank", small.owner, MethodType::us_bank_account);
  const Response response = small.post(path, {{"customer", "cus_owner"}, {"payment_method", "pm_bank"}});
  EXPECT_EQ(at(response, "type"), "us_bank_account");
  EXPECT_EQ(at(response, "card"), "absent");
  EXPECT_EQ(at(response, "us_bank_account.last4").size(), 4u);
}

struct Refused {
  const char* name;
  SmallWorld::Fields fields;
  const char* account;
  int status;
  const char* code;
  const char* param;
};

TEST(Clone, RefusesWhatStripeRefuses) {
  SmallWorld small;
  small.add_customer("cus_other");
  small.add_original("pm_link", small.owner, MethodType::link);
  small.add_original("pm_sepa", small.owner, MethodType::sepa_debit);
  small.add_original("pm_free", nullptr);
  small.world.store().detach(small.add_original("pm_detached", small.owner));
  const std::string clone = small.clone("acct_B");
  const Refused cases[] = {
      {"no such original",
       {{"customer", "cus_owner"}, {"payment_method", "pm_none"}},
       "acct_A",
       404,
       "resource_missing",
       "payment_method"},
      {"a clone of a clone",
       {{"payment_method", clone}},
       "acct_A",
       404,
       "resource_missing",
       "payment_method"},
      {"attached, customer missing",
       {{"payment_method", "pm_card"}},
       "acct_A",
       400,
       "absent",
       "payment_method"},
      {"another customer",
       {{"customer", "cus_other"}, {"payment_method", "pm_card"}},
       "acct_A",
       400,
       "absent",
       "payment_method"},
      {"no such customer",
       {{"customer", "cus_none"}, {"payment_method", "pm_card"}},
       "acct_A",
       404,
       "resource_missing",
       "customer"},
      {"unattached with a customer",
       {{"customer", "cus_owner"}, {"payment_method", "pm_free"}},
       "acct_A",
       400,
       "absent",
       "payment_method"},
      {"link",
       {{"customer", "cus_owner"}, {"payment_method", "pm_link"}},
       "acct_A",
       400,
       "payment_method_unsupported_type",
       "payment_method"},
      {"sepa_debit",
       {{"customer", "cus_owner"}, {"payment_method", "pm_sepa"}},
       "acct_A",
       400,
       "payment_method_unsupported_type",
       "payment_method"},
      {"detached", {{"payment_method", "pm_detached"}}, "acct_A", 400, "absent", "absent"},
      {"onto the platform",
       {{"customer", "cus_owner"}, {"payment_method", "pm_card"}},
       "",
       400,
       "absent",
       "payment_method"},
      {"nothing to share", {{"customer", "cus_owner"}}, "acct_A", 400, "parameter_missing", "type"},
      {"raw details", {{"type", "card"}}, "acct_A", 400, "absent", "absent"},
  };
  for (const Refused& c : cases) {
    const Response response = small.post(path, c.fields, c.account);
    EXPECT_EQ(response.status, c.status) << c.name;
    EXPECT_EQ(at(response, "error.code"), c.code) << c.name;
    EXPECT_EQ(at(response, "error.param"), c.param) << c.name;
    EXPECT_EQ(at(response, "error.type"), "invalid_request_error") << c.name;
  }
  EXPECT_EQ(small.world.counters().clones, 1u);
}

TEST(Clone, OfAnUnattachedOriginalUsesItUp) {
  SmallWorld small;
  small.add_original("pm_free", nullptr);
  EXPECT_EQ(small.post(path, {{"payment_method", "pm_free"}}).status, 200);
  const Response again = small.post(path, {{"payment_method", "pm_free"}}, "acct_B");
  EXPECT_EQ(again.status, 400);
  EXPECT_NE(at(again, "error.message").find("shared with a connected account without Customer attachment"),
            std::string::npos);
}

TEST(Clone, ARefusedOneDoesNotUseTheOriginalUp) {
  SmallWorld small;
  small.add_original("pm_free", nullptr);
  EXPECT_EQ(small.post(path, {{"payment_method", "pm_free"}, {"type", "us_bank_account"}}).status, 400);
  EXPECT_EQ(small.post(path, {{"payment_method", "pm_free"}, {"type", "card"}}).status, 200);
}

TEST(Clone, ADeletedOwnerTakesItsMethodsAlong) {
  SmallWorld small;
  small.send(SmallWorld::make("DELETE", "/v1/customers/cus_owner", {}, ""));
  EXPECT_EQ(small.post(path, {{"customer", "cus_owner"}, {"payment_method", "pm_card"}}).status, 400);
}

TEST(Clone, TakesLegacyCardIds) {
  SmallWorld small;
  small.add_original("card_1old", small.owner);
  const Response response = small.post(path, {{"customer", "cus_owner"}, {"payment_method", "card_1old"}});
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(at(response, "id").substr(0, 4), "pm_1");
}

TEST(Clone, StateErrorsCarryACodeWhereAsked) {
  WorldOptions options = SmallWorld::defaults();
  options.store.state_error_code = "payment_method_unexpected_state";
  SmallWorld small(options);
  small.add_original("pm_free", nullptr);
  small.post(path, {{"payment_method", "pm_free"}});
  EXPECT_EQ(at(small.post(path, {{"payment_method", "pm_free"}}), "error.code"),
            "payment_method_unexpected_state");
}

TEST(AnyOriginals, EveryWellFormedIdIsAnOriginal) {
  WorldOptions options = SmallWorld::defaults();
  options.store.any_originals = true;
  SmallWorld small(options);
  for (const char* id : {"pm_1Foreign", "card_1Foreign", "src_1Foreign"}) {
    EXPECT_EQ(small.post(path, {{"customer", "cus_Foreign"}, {"payment_method", id}}, "acct_Foreign").status,
              200)
        << id;
  }
  EXPECT_EQ(small.post(path, {{"customer", "cus_Foreign"}, {"payment_method", "tok_visa"}}).status, 404);
  const std::string clone = at(small.post(path, {{"customer", "cus_F"}, {"payment_method", "pm_1F"}}), "id");
  EXPECT_EQ(at(small.post(path + "/" + clone + "/attach", {{"customer", "cus_target"}}), "customer"),
            "cus_target");
}

TEST(AnyOriginals, AnUnattachedOneIsStillUsedUp) {
  WorldOptions options = SmallWorld::defaults();
  options.store.any_originals = true;
  SmallWorld small(options);
  EXPECT_EQ(small.post(path, {{"payment_method", "pm_1Foreign"}}).status, 200);
  EXPECT_EQ(small.post(path, {{"payment_method", "pm_1Foreign"}}).status, 400);
}

}  // namespace
}  // namespace payferry::simulator
