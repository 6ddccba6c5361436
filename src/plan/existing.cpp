#include "plan/existing.hpp"

#include <algorithm>

namespace payferry::plan {

using settings::ExistingRule;

bool wants_existing(const Item& item, const Link* link, const Rules& rules) {
  return !item.detaching && rules.existing != ExistingRule::ignore && link &&
         link->origin == Origin::reused && !link->target_customer.empty() && !item.clone_id.empty() &&
         !item.details.fingerprint.empty() && item.step != Step::set_default;
}

std::vector<stripe::PaymentMethod> equal_methods(const Item& item,
                                                 const std::vector<stripe::PaymentMethod>& methods) {
  std::vector<stripe::PaymentMethod> equal;
  for (const stripe::PaymentMethod& method : methods)
    if (method.details.type == item.details.type && method.details.fingerprint == item.details.fingerprint &&
        !method.details.fingerprint.empty())
      equal.push_back(method);
  return equal;
}

namespace {

void settle(Item& item, const stripe::PaymentMethod& existing, const Rules& rules) {
  if (rules.existing == ExistingRule::skip) {
    item.state = State::skipped;
    item.reason = "existing";
    return;
  }
  item.clone_id = existing.id;
  item.details = existing.details;
  item.adopted = true;
  after_attached(item, rules);
}

}  // namespace

bool meet_existing(Item& item, const std::vector<stripe::PaymentMethod>& equal,
                   const std::vector<std::string>& taken, const Rules& rules) {
  const stripe::PaymentMethod* oldest = nullptr;
  for (const stripe::PaymentMethod& method : equal) {
    if (method.id == item.clone_id) {
      // An earlier answer of ours was lost.
      after_attached(item, rules);
      return true;
    }
    if (std::find(taken.begin(), taken.end(), method.id) == taken.end()) oldest = &method;
  }
  if (oldest) settle(item, *oldest, rules);
  return oldest != nullptr;
}

}  // namespace payferry::plan
