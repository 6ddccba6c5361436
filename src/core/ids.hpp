#pragma once

#include <string_view>

#include "core/words.hpp"

// Loose checks of Stripe's ids. Ids are opaque, at most 255 characters; only the prefix is documented, so
// nothing else is looked at beyond the characters that may stand in an id (stripe-docs: "object IDs").
namespace payferry {

bool is_account_id(std::string_view) noexcept;         // acct_…
bool is_customer_id(std::string_view) noexcept;        // cus_…
bool is_payment_method_id(std::string_view) noexcept;  // pm_…, or the older card_… and src_…

enum class KeyKind { test, live, publishable, unknown };
// By the documented prefixes: sk_ and rk_ with _test_ or _live_, rkcs_test_ for a claimable sandbox,
// pk_ for publishable keys.
KeyKind kind_of_key(std::string_view api_key) noexcept;

}  // namespace payferry
