#include "stripe/blame.hpp"

#include <gtest/gtest.h>

namespace payferry::stripe {
namespace {

struct Case {
  const char* why;
  Endpoint endpoint;
  int status;
  ErrorBody error;
  About about;
};

ErrorBody invalid(std::string code, std::string param, std::string message = "") {
  return {"invalid_request_error", std::move(code), std::move(param), std::move(message)};
}

TEST(Blame, FindsWhoStops) {
  const std::string used =
      "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
      "Customer, and may not be used again.";
  const Case cases[] = {
      {"a clone refused is the item's", Endpoint::clone, 400, invalid("payment_method_unexpected_state", ""),
       About::item},
      {"the original's customer is gone", Endpoint::clone, 404, invalid("resource_missing", "customer"),
       About::item},
      {"the original is gone", Endpoint::clone, 404, invalid("resource_missing", "payment_method"),
       About::item},
      {"the original is used up", Endpoint::clone, 400, invalid("", "", used), About::item},

      {"clone in a wrong state", Endpoint::attach, 400, invalid("payment_method_unexpected_state", ""),
       About::clone},
      {"clone gone", Endpoint::attach, 404, invalid("resource_missing", "payment_method"), About::clone},
      {"clone of the path gone", Endpoint::attach, 404, invalid("resource_missing", "id"), About::clone},
      {"clone gone, by the words", Endpoint::attach, 404,
       invalid("resource_missing", "", "No such PaymentMethod: 'pm_1'"), About::clone},
      {"clone used up, by the words", Endpoint::attach, 400, invalid("", "", used), About::clone},
      {"clone attached already, by the words", Endpoint::attach, 400,
       invalid("", "", "The payment method you provided has already been attached to a customer."),
       About::clone},
      {"customer gone", Endpoint::attach, 404, invalid("resource_missing", "customer"), About::customer},
      {"customer gone, by the words", Endpoint::attach, 404,
       invalid("resource_missing", "", "No such customer: 'cus_1'"), About::customer},
      {"customer full", Endpoint::attach, 400, invalid("customer_max_payment_methods", ""), About::item},
      {"a name is no customer field here", Endpoint::attach, 400, invalid("", "name"), About::item},
      {"card refused", Endpoint::attach, 402, {"card_error", "card_declined", "", ""}, About::item},
      {"something new", Endpoint::attach, 400, invalid("brand_new_code", ""), About::item},

      {"clone unusable at create", Endpoint::create_customer, 400,
       invalid("payment_method_unexpected_state", ""), About::clone},
      {"clone gone at create", Endpoint::create_customer, 400, invalid("resource_missing", "payment_method"),
       About::clone},
      {"default gone at create", Endpoint::create_customer, 400,
       invalid("resource_missing", "invoice_settings[default_payment_method]"), About::clone},
      {"e-mail", Endpoint::create_customer, 400, invalid("email_invalid", "email"), About::customer},
      {"e-mail without a param", Endpoint::create_customer, 400, invalid("email_invalid", ""),
       About::customer},
      {"e-mail without code or param", Endpoint::create_customer, 400,
       invalid("", "", "Invalid email address: x"), About::customer},
      {"name", Endpoint::create_customer, 400, invalid("", "name", "Invalid string"), About::customer},
      {"phone", Endpoint::create_customer, 400, invalid("", "phone"), About::customer},
      {"metadata", Endpoint::create_customer, 400, invalid("", "metadata[plan]"), About::customer},
      {"402 at create is the card's",
       Endpoint::create_customer,
       402,
       {"card_error", "expired_card", "", ""},
       About::item},
      {"other at create", Endpoint::create_customer, 400, invalid("parameter_unknown", "payment_method_x"),
       About::item},

      {"customer of the path gone", Endpoint::set_default, 404, invalid("resource_missing", "id"),
       About::customer},
      {"not attached", Endpoint::set_default, 400,
       invalid("", "invoice_settings[default_payment_method]",
               "The customer does not have a payment method with the ID pm_1. The payment method must be "
               "attached to the customer."),
       About::clone},
      {"other at set_default", Endpoint::set_default, 400, invalid("parameter_invalid_empty", "x"),
       About::item},

      {"a read", Endpoint::get_payment_method, 404, invalid("resource_missing", "payment_method"),
       About::item},
  };
  for (const Case& c : cases) EXPECT_EQ(blame(c.endpoint, c.status, c.error), c.about) << c.why;
}

TEST(Blame, LetsTheCodeOutweighTheWords) {
  const ErrorBody error = invalid("customer_max_payment_methods", "", "it has already been attached");
  EXPECT_EQ(blame(Endpoint::attach, 400, error), About::item);
}

TEST(PersonalField, IsOnlyOfACustomerInTheMaking) {
  EXPECT_EQ(personal_field(Endpoint::create_customer, invalid("", "metadata[plan]")), "metadata");
  EXPECT_EQ(personal_field(Endpoint::create_customer, invalid("email_invalid", "")), "email");
  EXPECT_EQ(personal_field(Endpoint::create_customer, invalid("", "payment_method")), "");
  EXPECT_EQ(personal_field(Endpoint::clone, invalid("", "name")), "");
}

}  // namespace
}  // namespace payferry::stripe
