#pragma once

#include <string>
#include <string_view>

namespace payferry {

// `text` with everything that looks like a Stripe key (whole or masked by Stripe), a client secret or an
// e-mail address replaced. Stripe's error messages quote keys and what the caller sent; every text that comes
// from outside goes through here before it is stored, logged or shown.
std::string redact(std::string_view text);

}  // namespace payferry
