#pragma once

#include <string>
#include <string_view>

#include "core/records.hpp"
#include "plan/rules.hpp"

namespace payferry::plan {

// The request of a step, ready to be committed: path, body and the key that names the work (never the run,
// the job or the wording), so that whoever does this work again does it under the same key. The stamps are
// the sender's to fill in.
Intent make_intent(Step step, const Item& item, const Link* link, const Rules& rules);

// key=value pairs as application/x-www-form-urlencoded; brackets in keys stay readable, as Stripe's own SDKs
// send them.
void append_form(std::string& body, std::string_view key, std::string_view value);

// Percent-encoding for a path segment or a form value.
std::string percent_encoded(std::string_view text);

}  // namespace payferry::plan
