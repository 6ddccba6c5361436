#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "stripe/verdict.hpp"

// Stripe's JSON as records. Strict about what we build upon, deaf to everything else: fields may come in any
// order, and fields that are not read here may hold anything.
namespace payferry::stripe {

// The object that a success of this endpoint promises; monostate when the body is not JSON, is another
// object, lacks a field that is built upon, or holds one of another type. Fields that only inform (country,
// brand, …) may be absent, but not of another type.
Object parse_object(Endpoint endpoint, std::string_view body);

// {"error":{…}} as every error answer of Stripe has it. Empty fields were absent.
struct ErrorBody {
  std::string type;
  std::string code;
  std::string param;
  std::string message;  // as it came: neither redacted nor cut
};

// nullopt: not Stripe's envelope (a proxy's page, a cut body, an error without a type).
std::optional<ErrorBody> parse_error(std::string_view body);

}  // namespace payferry::stripe
