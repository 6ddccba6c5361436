#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace payferry {

// `text` with everything that looks like a Stripe key (whole or masked by Stripe), a client secret or an
// e-mail address replaced. Stripe's error messages quote keys and what the caller sent; every text that comes
// from outside goes through here before it is stored, logged or shown.
std::string redact(std::string_view text);

// Whether redact() would find a Stripe key in the text.
bool holds_key(std::string_view text);

// `text` without these values, which are a person's: the whole value in any case and as a form carries it, a
// number also by its digits alone, and each longer word of it. Names and phones look like nothing in
// particular, so only who knows them can find them.
std::string without_person(std::string_view text, const std::vector<std::string_view>& values);

}  // namespace payferry
