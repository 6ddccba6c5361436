#include "simulator/render.hpp"

#include <fmt/format.h>

#include <array>

#include "simulator/random.hpp"

namespace payferry::simulator {
namespace {

// The n-th independent draw from a method's traits.
std::uint64_t draw(const PaymentMethod& method, std::uint64_t n) {
  return mix(method.traits, n);
}

template <typename List>
auto pick(const PaymentMethod& method, std::uint64_t n, const List& list) {
  return list[draw(method, n) % list.size()];
}

std::string digits(const PaymentMethod& method, std::uint64_t n) {
  return fmt::format("{:04}", draw(method, n) % 10000);
}

constexpr std::array brands{"visa", "visa", "visa", "mastercard", "mastercard", "amex", "discover"};
constexpr std::array fundings{"credit", "credit", "debit", "debit", "prepaid", "unknown"};
constexpr std::array banks{"STRIPE TEST BANK", "BANK OF AMERICA", "WELLS FARGO", "CHASE"};

void write_metadata(Json& json, const Metadata& metadata) {
  json.key("metadata").open();
  for (const auto& [name, value] : metadata) json.field(name, value);
  json.close();
}

void write_billing_details(Json& json) {
  json.key("billing_details").open();
  json.key("address").open();
  for (const char* part : {"city", "country", "line1", "line2", "postal_code", "state"})
    json.field(part, nullptr);
  json.close();
  for (const char* part : {"email", "name", "phone", "tax_id"}) json.field(part, nullptr);
  json.close();
}

void write_wallet(Json& json, const PaymentMethod& method) {
  constexpr std::array wallets{"apple_pay", "google_pay"};
  json.key("wallet");
  if (draw(method, 7) % 8 != 0) {
    json.value(nullptr);
    return;
  }
  const std::string_view wallet = pick(method, 8, wallets);
  json.open();
  json.field("dynamic_last4", digits(method, 9)).key(wallet).open().close();
  json.field("type", wallet).close();
}

void write_card(Json& json, const PaymentMethod& method) {
  const std::string_view brand = pick(method, 1, brands);
  json.key("card").open();
  json.field("brand", brand);
  json.key("checks").open();
  json.field("address_line1_check", nullptr)
      .field("address_postal_code_check", nullptr)
      .field("cvc_check", "pass");
  json.close();
  json.field("country", "US").field("display_brand", brand);
  json.field("exp_month", 1 + draw(method, 2) % 12).field("exp_year", 2027 + draw(method, 3) % 6);
  json.field("fingerprint", fingerprint_of(method)).field("funding", pick(method, 4, fundings));
  json.field("generated_from", nullptr).field("last4", digits(method, 5));
  json.key("networks")
      .open()
      .key("available")
      .open_list()
      .value(brand)
      .close_list()
      .field("preferred", nullptr)
      .close();
  json.field("regulated_status", "unregulated");
  json.key("three_d_secure_usage").open().field("supported", true).close();
  write_wallet(json, method);
  json.close();
}

void write_bank_account(Json& json, const PaymentMethod& method) {
  json.key("us_bank_account").open();
  json.field("account_holder_type", draw(method, 1) % 4 == 0 ? "company" : "individual");
  json.field("account_type", draw(method, 2) % 3 == 0 ? "savings" : "checking");
  json.field("bank_name", pick(method, 3, banks)).field("financial_connections_account", nullptr);
  json.field("fingerprint", fingerprint_of(method)).field("last4", digits(method, 5));
  json.key("networks").open().field("preferred", "ach");
  json.key("supported").open_list().value("ach").close_list().close();
  json.field("routing_number", "110000000").key("status_details").open().close();
  json.close();
}

void write_type_hash(Json& json, const PaymentMethod& method) {
  switch (method.type) {
    case MethodType::card:
      return write_card(json, method);
    case MethodType::us_bank_account:
      return write_bank_account(json, method);
    case MethodType::link:
      json.key("link").open().field("email", "someone@example.com").close();
      return;
    case MethodType::sepa_debit:
      json.key("sepa_debit").open();
      json.field("bank_code", "37040044").field("branch_code", "").field("country", "DE");
      json.field("fingerprint", fingerprint_of(method));
      json.key("generated_from").open().field("charge", nullptr).field("setup_attempt", nullptr).close();
      json.field("last4", digits(method, 5)).close();
      return;
  }
}

void write_owner(Json& json, const Customer* customer, const View& view) {
  if (customer == nullptr)
    json.value(nullptr);
  else if (view.expands("customer"))
    write(json, *customer, View{view.livemode, {}});
  else
    json.value(customer->id);
}

}  // namespace

std::string fingerprint_of(const PaymentMethod& method) {
  return letters(draw(method, 6), 16);
}

void write(Json& json, const PaymentMethod& method, const View& view) {
  json.open();
  json.field("id", method.id).field("object", "payment_method").field("allow_redisplay", "unspecified");
  write_billing_details(json);
  if (method.type == MethodType::card) write_type_hash(json, method);
  json.field("created", method.created);
  json.key("customer");
  write_owner(json, method.customer, view);
  json.field("customer_account", nullptr);
  json.field("livemode", view.livemode);
  write_metadata(json, method.metadata);
  json.key("radar_options").open().close();
  json.field("type", name_of(method.type));
  if (method.type != MethodType::card) write_type_hash(json, method);
  json.close();
}

void write(Json& json, const Customer& customer, const View& view) {
  if (customer.deleted) {
    json.open().field("id", customer.id).field("object", "customer").field("deleted", true).close();
    return;
  }
  json.open();
  json.field("id", customer.id).field("object", "customer").field("address", nullptr).field("balance", 0);
  const PaymentMethod* chosen = customer.default_method;
  const bool by_old_api = chosen != nullptr && chosen->id.rfind("pm_", 0) != 0;
  json.field("created", customer.created).field("currency", nullptr).key("default_source");
  if (by_old_api)
    json.value(chosen->id);
  else
    json.value(nullptr);
  json.field("delinquent", false).optional("description", customer.description).field("discount", nullptr);
  json.optional("email", customer.email).field("invoice_prefix", letters(mix(1, customer.id), 8));
  json.key("invoice_settings").open().field("custom_fields", nullptr).key("default_payment_method");
  if (chosen == nullptr || by_old_api) {
    json.value(nullptr);
  } else if (view.expands("invoice_settings.default_payment_method")) {
    write(json, *chosen, View{view.livemode, {}});
  } else {
    json.value(chosen->id);
  }
  json.field("footer", nullptr).field("rendering_options", nullptr).close();
  json.field("livemode", view.livemode);
  write_metadata(json, customer.metadata);
  json.optional("name", customer.name).field("next_invoice_sequence", 1).optional("phone", customer.phone);
  json.key("preferred_locales").open_list().close_list();
  json.field("shipping", nullptr).field("tax_exempt", "none").field("test_clock", nullptr);
  json.close();
}

void write(Json& json, const Payment& payment, const View& view) {
  json.open().field("id", payment.id).field("object", "payment_intent").field("amount", 1000);
  json.field("created", payment.created).field("currency", "usd").key("customer");
  write_owner(json, payment.customer, view);
  json.field("livemode", view.livemode).field("payment_method", payment.payment_method);
  json.field("status", payment.canceled ? "canceled" : "succeeded").close();
}

void write(Json& json, const Subscription& subscription, const View& view) {
  json.open().field("id", subscription.id).field("object", "subscription");
  json.field("collection_method", "charge_automatically").field("created", subscription.created);
  json.key("customer");
  write_owner(json, subscription.customer, view);
  json.optional("default_payment_method", subscription.payment_method);
  json.field("livemode", view.livemode).field("status", "active").close();
}

std::string deleted_customer_body(const Customer& customer) {
  return body_of(customer, View{});
}

std::string account_body(const Account& account) {
  Json json;
  json.open();
  json.field("id", account.id).field("object", "account").field("business_type", "company");
  json.key("capabilities").open();
  json.field("card_payments", account.card_payments).field("link_payments", "active");
  json.field("transfers", "active").field("us_bank_account_ach_payments", account.ach_payments).close();
  json.field("charges_enabled", account.charges_enabled).key("controller").open();
  json.field("type", account.platform ? "account" : "application").close();
  json.field("country", account.country).field("created", 1700000000).field("default_currency", "usd");
  json.field("details_submitted", true).field("email", nullptr);
  json.key("metadata").open().close();
  json.field("payouts_enabled", true);
  json.key("requirements").open().field("current_deadline", nullptr);
  for (const char* list : {"currently_due", "errors", "eventually_due", "past_due", "pending_verification"}) {
    json.key(list).open_list().close_list();
  }
  json.field("disabled_reason", nullptr).close();
  json.field("type", "standard");
  json.close();
  return json.take();
}

}  // namespace payferry::simulator
