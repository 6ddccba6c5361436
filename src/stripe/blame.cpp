#include "stripe/blame.hpp"

#include <algorithm>
#include <array>
#include <cctype>

namespace payferry::stripe {
namespace {

constexpr std::array<std::string_view, 8> kCustomerFields{"name",    "email",    "phone",       "metadata",
                                                          "address", "shipping", "description", "tax"};

// Parts of the messages with which Stripe has been seen to refuse a PaymentMethod that was used up, detached
// or attached before (recorded in public issue threads; not documented).
constexpr std::array<std::string_view, 8> kUnusableClone{
    "no such paymentmethod",
    "no such payment_method",
    "may not be used again",
    "already been attached",
    "was previously used",
    "does not have a payment method with the id",
    "does not belong to the customer",
    "not attached to a customer",
};

bool contains(std::string_view text, std::string_view lower_case_part) {
  const auto same = [](char a, char b) {
    return std::tolower(static_cast<unsigned char>(a)) == static_cast<unsigned char>(b);
  };
  return std::search(text.begin(), text.end(), lower_case_part.begin(), lower_case_part.end(), same) !=
         text.end();
}

// "metadata[plan]" → "metadata".
std::string_view root_of(std::string_view param) {
  return param.substr(0, param.find('['));
}

// Whether the object in the request's path is meant: Stripe calls it `id`.
bool names_clone(Endpoint endpoint, const ErrorBody& error) {
  return contains(error.param, "payment_method") ||
         (error.param == "id" && (endpoint == Endpoint::attach || endpoint == Endpoint::detach));
}

bool names_customer(Endpoint endpoint, const ErrorBody& error) {
  return error.param == "customer" || (error.param == "id" && endpoint == Endpoint::set_default);
}

bool blames_customer(Endpoint endpoint, const ErrorBody& error) {
  if (endpoint == Endpoint::create_customer) return !personal_field(endpoint, error).empty();
  if (!error.code.empty() && error.code != "resource_missing") return false;
  return (error.code == "resource_missing" && names_customer(endpoint, error)) ||
         contains(error.message, "no such customer");
}

bool blames_clone(Endpoint endpoint, const ErrorBody& error) {
  if (error.code == "payment_method_unexpected_state") return true;
  if (error.code == "resource_missing" && names_clone(endpoint, error)) return true;
  if (!error.code.empty() && error.code != "resource_missing") return false;
  return std::any_of(kUnusableClone.begin(), kUnusableClone.end(),
                     [&](std::string_view part) { return contains(error.message, part); });
}

}  // namespace

std::string_view personal_field(Endpoint endpoint, const ErrorBody& error) {
  if (endpoint != Endpoint::create_customer) return {};
  const std::string_view root = root_of(error.param);
  const auto* field = std::find(kCustomerFields.begin(), kCustomerFields.end(), root);
  if (field != kCustomerFields.end()) return *field;
  if (error.code == "email_invalid" || (root.empty() && contains(error.message, "invalid email")))
    return "email";
  return {};
}

About blame(Endpoint endpoint, int status, const ErrorBody& error) {
  const bool with_clone = endpoint == Endpoint::attach || endpoint == Endpoint::create_customer ||
                          endpoint == Endpoint::set_default || endpoint == Endpoint::detach;
  // 402: the issuer refuses this card; the customer's next card may well be accepted.
  if (!with_clone || status == 402) return About::item;
  if (blames_customer(endpoint, error)) return About::customer;
  return blames_clone(endpoint, error) ? About::clone : About::item;
}

}  // namespace payferry::stripe
