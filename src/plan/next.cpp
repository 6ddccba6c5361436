#include "plan/next.hpp"

namespace payferry::plan {

using settings::CustomerRule;
using settings::DefaultRule;

namespace {

constexpr const char* kCustomerRefused = "customer_refused";

Next before_clone(const Item& item, const Link* link, const Rules& rules) {
  if (link && !link->refused_code.empty()) return End{State::failed, kCustomerRefused};
  if (link && link->target_customer.empty() && rules.customer == CustomerRule::existing)
    return End{State::failed, "target_customer_missing"};
  if (!item.content.type.empty() && !rules.includes(item.content.type))
    return End{State::skipped, "type_excluded"};
  return Call{Step::clone};
}

}  // namespace

Next next(const Item& item, const Link* link, const Rules& rules) {
  if (item.detaching) return Call{Step::detach};
  if (item.clone_id.empty()) return before_clone(item, link, rules);
  if (!item.details.type.empty() && !rules.includes(item.details.type))
    return End{State::skipped, "type_excluded"};
  if (!link || !rules.with_links()) return End{State::succeeded, ""};
  if (item.step == Step::set_default) {
    if (default_by_step(item, rules)) return Call{Step::set_default};
    return End{State::succeeded, ""};
  }
  if (!link->refused_code.empty()) return End{State::failed, kCustomerRefused};
  if (!link->target_customer.empty()) return Call{Step::attach};
  if (rules.customer == CustomerRule::existing) return End{State::failed, "target_customer_missing"};
  return Call{Step::create_customer};
}

bool default_at_creation(const Item& item, const Rules& rules) {
  if (rules.set_default == DefaultRule::first) return true;
  return rules.set_default == DefaultRule::marked && item.content.is_default;
}

bool default_by_step(const Item& item, const Rules& rules) {
  return rules.set_default == DefaultRule::marked && item.content.is_default;
}

void apply(const End& end, Item& item, const Link* link) {
  item.state = end.state;
  item.reason = end.reason;
  if (end.reason != kCustomerRefused || !link) return;
  item.step = Step::create_customer;
  item.reason = link->refused_code;
  item.message = link->refused_message;
  item.request_id = link->refused_request_id;
  item.failed_with_link = true;
}

std::string lane_of(const Item& item, const Link* link) {
  // A customer that we made is no reason for another name: the lane lives on while its first item makes it.
  const bool given = link && link->origin == Origin::reused;
  if (link) return item.account + ' ' + (given ? link->target_customer : link->customer);
  return item.account + ' ' + (item.customer.empty() ? item.payment_method : item.customer);
}

}  // namespace payferry::plan
