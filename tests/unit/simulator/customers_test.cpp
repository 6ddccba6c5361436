#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

constexpr const char* default_method = "invoice_settings[default_payment_method]";

TEST(CreateCustomer, AttachesAndSetsTheDefaultInOneCall) {
  SmallWorld small;
  const std::string clone = small.clone();
  const Response response =
      small.post("/v1/customers", {{"payment_method", clone},
                                   {default_method, clone},
                                   {"name", "Ada"},
                                   {"email", "ada@example.com"},
                                   {"phone", "+1"},
                                   {"metadata[payferry_source_customer]", "cus_owner"}});
  ASSERT_EQ(response.status, 200);
  EXPECT_EQ(at(response, "name"), "Ada");
  EXPECT_EQ(at(response, "email"), "ada@example.com");
  EXPECT_EQ(at(response, "metadata.payferry_source_customer"), "cus_owner");
  EXPECT_EQ(at(response, "invoice_settings.default_payment_method"), clone);
  EXPECT_EQ(at(small.get("/v1/payment_methods/" + clone), "customer"), at(response, "id"));
}

TEST(CreateCustomer, LivesOnOneAccountOnly) {
  SmallWorld small;
  const std::string id = small.customer();
  EXPECT_EQ(small.get("/v1/customers/" + id).status, 200);
  const Response elsewhere = small.get("/v1/customers/" + id, {}, "acct_B");
  EXPECT_EQ(elsewhere.status, 404);
  EXPECT_EQ(at(elsewhere, "error.code"), "resource_missing");
}

TEST(CreateCustomer, ARefusalLeavesNothingBehind) {
  SmallWorld small;
  const std::string clone = small.clone();
  const std::size_t before = small.world.store().find_account("acct_A")->order.size();
  struct Case {
    SmallWorld::Fields fields;
    int status;
    const char* code;
    const char* param;
  };
  const Case cases[] = {
      {{{"payment_method", clone}, {"email", "nonsense"}}, 400, "email_invalid", "email"},
      {{{"payment_method", clone}, {"email", "a@b"}}, 400, "email_invalid", "email"},
      {{{"payment_method", clone}, {"email", "a b@example.com"}}, 400, "email_invalid", "email"},
      {{{"payment_method", "pm_none"}}, 404, "resource_missing", "payment_method"},
      {{{"payment_method", "pm_card"}}, 404, "resource_missing", "payment_method"},
      {{{default_method, clone}}, 400, "absent", default_method},
      {{{"payment_method", clone}, {default_method, "pm_other"}}, 400, "absent", default_method},
  };
  for (const Case& c : cases) {
    const Response response = small.post("/v1/customers", c.fields);
    EXPECT_EQ(response.status, c.status) << c.fields.back().second;
    EXPECT_EQ(at(response, "error.code"), c.code) << c.fields.back().second;
    EXPECT_EQ(at(response, "error.param"), c.param) << c.fields.back().second;
  }
  EXPECT_EQ(small.world.store().find_account("acct_A")->order.size(), before);
  EXPECT_EQ(at(small.get("/v1/payment_methods/" + clone), "customer"), "null");
}

TEST(CreateCustomer, WithADeclinedCardIs402AndMakesNone) {
  SmallWorld small;
  small.card->declines = true;
  const Response response = small.post("/v1/customers", {{"payment_method", small.clone()}});
  EXPECT_EQ(response.status, 402);
  EXPECT_TRUE(small.world.store().find_account("acct_A")->order.empty());
}

TEST(CreateCustomer, WithAnAttachedCloneIsRefused) {
  SmallWorld small;
  const std::string clone = small.clone();
  small.customer({{"payment_method", clone}});
  EXPECT_EQ(small.post("/v1/customers", {{"payment_method", clone}}).status, 400);
}

TEST(UpdateCustomer, ChangesWhatIsNamedAndNothingElse) {
  SmallWorld small;
  const std::string id =
      small.customer({{"name", "Ada"}, {"email", "ada@example.com"}, {"metadata[a]", "1"}});
  const Response response = small.post("/v1/customers/" + id, {{"email", ""}, {"metadata[b]", "2"}});
  EXPECT_EQ(at(response, "name"), "Ada");
  EXPECT_EQ(at(response, "email"), "null");
  EXPECT_EQ(at(response, "metadata"), R"({"a":"1","b":"2"})");
}

TEST(UpdateCustomer, TheDefaultMustBeItsOwn) {
  SmallWorld small;
  const std::string mine = small.clone(), loose = small.clone(), other = small.clone();
  const std::string id = small.customer({{"payment_method", mine}});
  small.customer({{"payment_method", other}});
  for (const std::string& wrong : {loose, other, std::string("pm_none")}) {
    const Response response = small.post("/v1/customers/" + id, {{default_method, wrong}});
    EXPECT_EQ(response.status, 400) << wrong;
    EXPECT_EQ(at(response, "error.param"), default_method) << wrong;
  }
  EXPECT_EQ(at(small.post("/v1/customers/" + id, {{default_method, mine}}),
               "invoice_settings.default_payment_method"),
            mine);
  const auto expanded =
      small.get("/v1/customers/" + id, {{"expand[]", "invoice_settings.default_payment_method"}});
  EXPECT_EQ(at(expanded, "invoice_settings.default_payment_method.id"), mine);
  small.post("/v1/payment_methods/" + mine + "/detach", {});
  EXPECT_EQ(at(small.get("/v1/customers/" + id), "invoice_settings.default_payment_method"), "null");
}

TEST(UpdateCustomer, MetadataDoesNotGrowBeyondFiftyKeys) {
  SmallWorld small;
  SmallWorld::Fields fields;
  for (int i = 0; i < 50; ++i) fields.emplace_back("metadata[k" + std::to_string(i) + "]", "v");
  const std::string id = small.customer(fields);
  EXPECT_EQ(small.post("/v1/customers/" + id, {{"metadata[one_more]", "v"}}).status, 400);
  EXPECT_EQ(small.post("/v1/customers/" + id, {{"metadata[k0]", ""}, {"metadata[one_more]", "v"}}).status,
            200);
}

TEST(DeleteCustomer, DetachesItsMethodsAndStaysKnown) {
  SmallWorld small;
  const std::string clone = small.clone(), id = small.customer({{"payment_method", clone}});
  const Request remove = SmallWorld::make("DELETE", "/v1/customers/" + id);
  EXPECT_EQ(at(small.send(remove), "deleted"), "true");
  EXPECT_EQ(at(small.get("/v1/customers/" + id), "deleted"), "true");
  EXPECT_EQ(small.send(remove).status, 404);
  EXPECT_EQ(small.post("/v1/customers/" + id, {{"name", "x"}}).status, 404);
  EXPECT_EQ(small.post("/v1/customers", {{"payment_method", clone}}).status, 400);
}

}  // namespace
}  // namespace payferry::simulator
