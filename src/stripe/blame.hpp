#pragma once

#include <string_view>

#include "stripe/parse.hpp"

namespace payferry::stripe {

// Whose fault a settled refusal is. Code and param decide; the words of the message, which Stripe does not
// promise, only where those are silent.
About blame(Endpoint endpoint, int status, const ErrorBody& error);

// The field of a person (name, email, phone, metadata, …) that the error is about, or empty. Stripe quotes
// what it refuses ("Invalid string: Jen…oe; must be …"), so such a message must not be repeated.
std::string_view personal_field(Endpoint endpoint, const ErrorBody& error);

}  // namespace payferry::stripe
