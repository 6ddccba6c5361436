#include "stripe/parse.hpp"

#include <gtest/gtest.h>

namespace payferry::stripe {
namespace {

bool is_malformed(Endpoint endpoint, std::string_view body) {
  return std::holds_alternative<std::monostate>(parse_object(endpoint, body));
}

template <class T>
T parse_as(Endpoint endpoint, std::string_view body) {
  const Object object = parse_object(endpoint, body);
  const T* value = std::get_if<T>(&object);
  EXPECT_NE(value, nullptr) << body;
  return value ? *value : T();
}

constexpr std::string_view kCard =
    R"({"id":"pm_1","object":"payment_method","type":"card","customer":null,"livemode":false,
        "card":{"brand":"visa","last4":"4242","exp_month":12,"exp_year":2031,"fingerprint":"Fp1","wallet":null},
        "billing_details":{"address":{"city":null},"email":"a@b.c"},"metadata":{}})";

TEST(ParsePaymentMethod, ReadsACard) {
  const auto method = parse_as<PaymentMethod>(Endpoint::clone, kCard);
  EXPECT_EQ(method.id, "pm_1");
  EXPECT_EQ(method.customer, "");
  EXPECT_EQ(method.details, (CloneDetails{"card", "Fp1", "4242", "visa", 12, 2031}));
}

TEST(ParsePaymentMethod, ReadsABankAccountWhateverTheOrderOfKeys) {
  const auto method = parse_as<PaymentMethod>(
      Endpoint::attach,
      R"({"us_bank_account":{"last4":"6789","fingerprint":"Fp2","bank_name":"STRIPE TEST BANK"},"customer":"cus_1",
          "type":"us_bank_account","object":"payment_method","id":"pm_2"})");
  EXPECT_EQ(method.customer, "cus_1");
  EXPECT_EQ(method.details, (CloneDetails{"us_bank_account", "Fp2", "6789", "", 0, 0}));
}

TEST(ParsePaymentMethod, TakesAnExpandedCustomerForItsId) {
  const auto method = parse_as<PaymentMethod>(
      Endpoint::get_payment_method,
      R"({"id":"pm_2","object":"payment_method","type":"link","customer":{"id":"cus_9","object":"customer"}})");
  EXPECT_EQ(method.customer, "cus_9");
}

TEST(ParsePaymentMethod, IsNotFooledByKeysOfNestedObjects) {
  EXPECT_TRUE(is_malformed(
      Endpoint::clone, R"({"object":"payment_method","type":"card","card":{"id":"pm_1"},"customer":null})"));
}

TEST(ParseObject, RefusesWhatIsNotThePromisedObject) {
  const char* const bodies[] = {
      "",
      "null",
      "[]",
      "{}",
      "\"pm_1\"",
      "<html>",
      R"({"id":"pm_1","object":"payment_method","type":"card")",
      R"({"id":"pm_1","object":"payment_method","type":"card"} trailing)",
      R"({"id":"pm_1","object":"charge","type":"card"})",
      R"({"id":"pm_1","type":"card"})",
      R"({"object":"payment_method","type":"card"})",
      R"({"id":"","object":"payment_method","type":"card"})",
      R"({"id":null,"object":"payment_method","type":"card"})",
      R"({"id":7,"object":"payment_method","type":"card"})",
      R"({"id":"pm_1/../x","object":"payment_method","type":"card"})",
      R"({"id":"pm_1\r\nX: y","object":"payment_method","type":"card"})",
      R"({"id":"pm_1","object":"payment_method"})",
      R"({"id":"pm_1","object":"payment_method","type":["card"]})",
      R"({"id":"pm_1","object":"payment_method","type":"card","customer":false})",
      R"({"id":"pm_1","object":"payment_method","type":"card","customer":{"object":"customer"}})",
      R"({"id":"pm_1","object":"payment_method","type":"card","card":"visa"})",
      R"({"id":"pm_1","object":"payment_method","type":"card","card":{"exp_month":"12"}})",
      R"({"id":"pm_1","object":"payment_method","type":"card","card":{"last4":4242}})",
      "{\"id\":\"pm_1\",\"object\":\"payment_method\",\"type\":\"card\",\"x\":\"\xff\"}",
  };
  for (const char* body : bodies) EXPECT_TRUE(is_malformed(Endpoint::clone, body)) << body;
}

TEST(ParseObject, RefusesATextThatGoesOnAfterANul) {
  const std::string body = std::string(kCard) + std::string(1, '\0') + "rest";
  EXPECT_TRUE(is_malformed(Endpoint::clone, body));
}

TEST(ParseObject, RefusesAnIdThatIsTooLong) {
  const auto body = [](std::size_t length) {
    return R"({"object":"payment_method","type":"card","id":")" + std::string(length, 'x') + "\"}";
  };
  EXPECT_FALSE(is_malformed(Endpoint::clone, body(255)));
  EXPECT_TRUE(is_malformed(Endpoint::clone, body(256)));
}

TEST(ParseObject, SurvivesDeepNesting) {
  const std::string body = R"({"id":"pm_1","object":"payment_method","type":"card","x":)" +
                           std::string(200'000, '[') + std::string(200'000, ']') + "}";
  EXPECT_FALSE(is_malformed(Endpoint::clone, body));
  EXPECT_TRUE(is_malformed(Endpoint::clone, std::string(200'000, '[')));
}

// Shallow texts go to another parser than deep ones.
TEST(ParseObject, ReadsTheSameHoweverDeepItIsNested) {
  for (const std::size_t depth : {1u, 62u, 63u, 64u, 65u, 300u}) {
    const std::string body = R"({"id":"pm_1","object":"payment_method","type":"card","x":)" +
                             std::string(depth, '[') + R"("\u00e9")" + std::string(depth, ']');
    EXPECT_FALSE(is_malformed(Endpoint::clone, body + "}")) << depth;
    EXPECT_TRUE(is_malformed(Endpoint::clone, body)) << depth;
    EXPECT_TRUE(is_malformed(Endpoint::clone, body + "]}")) << depth;
  }
}

TEST(ParseCustomer, ReadsMarkerDefaultAndTime) {
  const auto customer = parse_as<Customer>(
      Endpoint::create_customer,
      R"({"id":"cus_1","object":"customer","created":1795000000,"invoice_settings":{"default_payment_method":"pm_3",
          "footer":null},"metadata":{"payferry_source_customer":"cus_9","plan":"gold"}})");
  EXPECT_EQ(customer.id, "cus_1");
  EXPECT_FALSE(customer.deleted);
  EXPECT_EQ(customer.created, 1795000000);
  EXPECT_EQ(customer.default_payment_method, "pm_3");
  const std::vector<std::pair<std::string, std::string>> metadata{{"payferry_source_customer", "cus_9"},
                                                                  {"plan", "gold"}};
  EXPECT_EQ(customer.metadata, metadata);
}

TEST(ParseCustomer, ReadsADeletedOneAndAnExpandedDefault) {
  EXPECT_TRUE(
      parse_as<Customer>(Endpoint::get_customer, R"({"id":"cus_1","object":"customer","deleted":true})")
          .deleted);
  const auto customer = parse_as<Customer>(
      Endpoint::get_customer,
      R"({"id":"cus_1","object":"customer","invoice_settings":{"default_payment_method":{"id":"pm_4"}}})");
  EXPECT_EQ(customer.default_payment_method, "pm_4");
}

TEST(ParseCustomer, RefusesWrongTypes) {
  const char* const bodies[] = {
      R"({"id":"cus_1","object":"customer","deleted":"true"})",
      R"({"id":"cus_1","object":"customer","created":"now"})",
      R"({"id":"cus_1","object":"customer","created":18446744073709551616})",
      R"({"id":"cus_1","object":"customer","metadata":[]})",
      R"({"id":"cus_1","object":"customer","metadata":{"a":1}})",
      R"({"id":"cus_1","object":"customer","invoice_settings":"pm_1"})",
      R"({"id":"cus_1","object":"customer","invoice_settings":{"default_payment_method":3}})",
  };
  for (const char* body : bodies) EXPECT_TRUE(is_malformed(Endpoint::get_customer, body)) << body;
}

TEST(ParseAccount, ReadsCapabilities) {
  const auto account =
      parse_as<Account>(Endpoint::get_account,
                        R"({"id":"acct_1","object":"account","country":"DE","charges_enabled":true,
          "capabilities":{"card_payments":"active","us_bank_account_ach_payments":"pending"}})");
  EXPECT_EQ(account.id, "acct_1");
  EXPECT_EQ(account.country, "DE");
  EXPECT_TRUE(account.charges_enabled);
  ASSERT_EQ(account.capabilities.size(), 2u);
  EXPECT_EQ(account.capabilities[1].second, "pending");
  EXPECT_TRUE(
      is_malformed(Endpoint::get_own_account, R"({"id":"acct_1","object":"account","charges_enabled":1})"));
}

TEST(ParsePage, ReadsItsElementsAndWhetherMoreFollow) {
  const auto page = parse_as<Page<Customer>>(Endpoint::list_customers,
                                             R"({"object":"list","url":"/v1/customers","has_more":true,
          "data":[{"id":"cus_1","object":"customer"},{"id":"cus_2","object":"customer","created":5}]})");
  EXPECT_TRUE(page.has_more);
  ASSERT_EQ(page.data.size(), 2u);
  EXPECT_EQ(page.data[1].id, "cus_2");
  const auto methods = parse_as<Page<PaymentMethod>>(Endpoint::list_payment_methods,
                                                     R"({"object":"list","has_more":false,"data":[]})");
  EXPECT_TRUE(methods.data.empty());
}

TEST(ParsePage, OfPaymentsSaysWhatTheyCharge) {
  const auto page =
      parse_as<Page<PaymentIntent>>(Endpoint::list_payments, R"({"object":"list","has_more":false,"data":[
      {"id":"pi_1","object":"payment_intent","status":"succeeded","payment_method":"pm_1"},
      {"id":"pi_2","object":"payment_intent","status":"canceled","payment_method":"pm_2"},
      {"id":"pi_3","object":"payment_intent","status":"requires_payment_method","payment_method":null},
      {"id":"pi_4","object":"payment_intent","payment_method":{"id":"pm_4","object":"payment_method"}}]})");
  ASSERT_EQ(page.data.size(), 4u);
  EXPECT_EQ(page.data[0].payment_method, "pm_1");
  EXPECT_EQ(page.data[1].payment_method, "") << "canceled";
  EXPECT_EQ(page.data[2].payment_method, "");
  EXPECT_EQ(page.data[3].payment_method, "pm_4");
}

TEST(ParsePage, OfSubscriptionsFallsBackToTheCustomersDefault) {
  const auto page =
      parse_as<Page<Subscription>>(Endpoint::list_subscriptions, R"({"object":"list","has_more":false,"data":[
      {"id":"sub_1","object":"subscription","default_payment_method":"pm_1","customer":{"id":"cus_1","object":"customer",
       "invoice_settings":{"default_payment_method":"pm_2"}}},
      {"id":"sub_2","object":"subscription","default_payment_method":null,"customer":{"id":"cus_1","object":"customer",
       "invoice_settings":{"default_payment_method":"pm_2"}}},
      {"id":"sub_3","object":"subscription","default_payment_method":null,"customer":"cus_1"}]})");
  ASSERT_EQ(page.data.size(), 3u);
  EXPECT_EQ(page.data[0].payment_method, "pm_1");
  EXPECT_EQ(page.data[1].payment_method, "pm_2");
  EXPECT_EQ(page.data[2].payment_method, "");
  EXPECT_TRUE(
      is_malformed(Endpoint::list_subscriptions,
                   R"({"object":"list","has_more":false,"data":[{"id":"sub_1","object":"customer"}]})"));
}

TEST(ParsePage, RefusesABrokenOne) {
  const char* const bodies[] = {
      R"({"object":"list","data":[]})",
      R"({"object":"list","has_more":false})",
      R"({"object":"list","has_more":0,"data":[]})",
      R"({"object":"list","has_more":true,"data":[]})",
      R"({"object":"list","has_more":false,"data":{}})",
      R"({"object":"list","has_more":false,"data":["cus_1"]})",
      R"({"object":"list","has_more":false,"data":[{"id":"cus_1","object":"customer"},{"object":"customer"}]})",
      R"({"object":"customer","has_more":false,"data":[]})",
  };
  for (const char* body : bodies) EXPECT_TRUE(is_malformed(Endpoint::list_customers, body)) << body;
}

TEST(ParseError, ReadsTheEnvelope) {
  const auto error = parse_error(
      R"({"error":{"code":"card_declined","decline_code":"do_not_honor","message":"Your card was declined.",
          "param":"payment_method","type":"card_error","payment_method":{"id":"pm_1"}}})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->type, "card_error");
  EXPECT_EQ(error->code, "card_declined");
  EXPECT_EQ(error->param, "payment_method");
  EXPECT_EQ(error->message, "Your card was declined.");
}

TEST(ParseError, TakesNullForAbsent) {
  const auto error = parse_error(R"({"error":{"type":"invalid_request_error","code":null,"param":null}})");
  ASSERT_TRUE(error);
  EXPECT_EQ(error->code, "");
}

TEST(ParseError, MakesUtf8OfHalfASurrogatePair) {
  const struct {
    const char* written;
    const char* read;
  } cases[] = {
      {R"(a \udc00 b)", "a \xEF\xBF\xBD b"},
      {R"(\uDFFF\uDC80)", "\xEF\xBF\xBD\xEF\xBF\xBD"},
      {R"(\ud7ff \ud83d\ude00)", "\xED\x9F\xBF \xF0\x9F\x98\x80"},
  };
  for (const auto& [written, read] : cases) {
    const auto error =
        parse_error(std::string(R"({"error":{"type":"api_error","message":")") + written + "\"}}");
    ASSERT_TRUE(error) << written;
    EXPECT_EQ(error->message, read) << written;
  }
  EXPECT_FALSE(parse_error(R"({"error":{"type":"api_error","message":"\ud83d"}})"));
}

TEST(ParseError, ReadsAMessageWhateverStandsInIt) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"plain ~", "plain ~"},
      {R"(\"at the begin)", "\"at the begin"},
      {R"(at the end\\)", "at the end\\"},
      {R"(in \/ the \u0041 middle, \"twice\")", "in / the A middle, \"twice\""},
      {R"(\n)", "\n"},
      {"M\xC3\xBCller", "M\xC3\xBCller"},
      {R"(M\u00fcller and )"
       "M\xC3\xBCller",
       "M\xC3\xBCller and M\xC3\xBCller"},
  };
  for (const auto& [written, read] : cases) {
    const auto error = parse_error(R"({"error":{"message":")" + written + R"(","type":"api_error"}})");
    ASSERT_TRUE(error) << written;
    EXPECT_EQ(error->message, read) << written;
    EXPECT_EQ(error->type, "api_error") << written;
  }
}

TEST(ParseError, RefusesAMessageThatIsNoJsonString) {
  for (int c = 1; c < 0x20; ++c) {
    const std::string bare(1, static_cast<char>(c));
    EXPECT_FALSE(parse_error(R"({"error":{"type":"api_error","message":"a)" + bare + R"(b"}})")) << c;
  }
  for (const char* broken : {"\\x", "\\", "\xC3", "a\xFFz", "\xC0\x80"})
    EXPECT_FALSE(parse_error(R"({"error":{"type":"api_error","message":")" + std::string(broken) + R"("}})"))
        << broken;
}

TEST(ParseError, RefusesATextThatEndsWithinAString) {
  const std::string whole = R"({"error":{"type":"api_error","message":"it \"ends\" here"}})";
  ASSERT_TRUE(parse_error(whole));
  for (std::size_t length = 0; length < whole.size(); ++length)
    EXPECT_FALSE(parse_error(whole.substr(0, length))) << length;
}

TEST(ParseError, RefusesForeignEnvelopes) {
  const char* const bodies[] = {
      "",
      "<html>404</html>",
      R"({"error":"not found"})",
      R"({"error":{"message":"no type"}})",
      R"({"error":{"type":"","code":"x"}})",
      R"({"error":{"type":"api_error","code":404}})",
      R"({"error":{"type":"two words"}})",
      R"({"error":{"type":"card_error","code":"a,b\n"}})",
      R"({"error":{"type":"card_error","message":["x"]}})",
      R"({"message":"x","type":"card_error"})",
      R"({"error":{"type":"card_error"})",
  };
  for (const char* body : bodies) EXPECT_FALSE(parse_error(body)) << body;
}

}  // namespace
}  // namespace payferry::stripe
