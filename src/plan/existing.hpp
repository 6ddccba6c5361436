#pragma once

#include <string>
#include <vector>

#include "core/records.hpp"
#include "plan/advance.hpp"
#include "plan/rules.hpp"

// Cards that a counterpart has already, from before this program came (target.existing_clones).
namespace payferry::plan {

// Whether the customer's methods must be looked at before the item's clone is attached: the customer is one
// that we were told of, and the clone has a fingerprint to compare.
bool wants_existing(const Item& item, const Link* link, const Rules& rules);

// Those of the customer's methods that are the same card or bank account as the item's clone. A platform sees
// one fingerprint for it on all of its accounts (changelog 2018-01-23, 2023-08-16).
std::vector<stripe::PaymentMethod> equal_methods(const Item& item,
                                                 const std::vector<stripe::PaymentMethod>& methods);

// What the equal methods make of the item; `taken`: ids that are clones of other items. True: the item goes
// on behind its attach, or has ended. The oldest one that is nobody's clone counts, for Stripe lists the
// newest first.
bool meet_existing(Item& item, const std::vector<stripe::PaymentMethod>& equal,
                   const std::vector<std::string>& taken, const Rules& rules);

}  // namespace payferry::plan
