#include "plan/verify.hpp"

#include <algorithm>

namespace payferry::plan {
namespace {

using ledger::CheckedClone;
using ledger::CheckedCustomer;
using settings::DefaultRule;
using stripe::PaymentMethod;

constexpr std::uint64_t kPage = 100;

const PaymentMethod* find(const std::vector<PaymentMethod>& methods, const std::string& id) {
  for (const PaymentMethod& method : methods)
    if (method.id == id) return &method;
  return nullptr;
}

std::string expiry(const CloneDetails& details) {
  return std::to_string(details.exp_month) + "/" + std::to_string(details.exp_year);
}

void differ(std::vector<Mismatch>& out, const CheckedClone& clone, const char* kind,
            const std::string& expected, const std::string& found) {
  if (expected != found) out.push_back({kind, clone.payment_method, clone.clone_id, expected, found});
}

void compare_details(std::vector<Mismatch>& out, const CheckedClone& clone, const CloneDetails& found) {
  differ(out, clone, "type_differs", clone.details.type, found.type);
  differ(out, clone, "fingerprint_differs", clone.details.fingerprint, found.fingerprint);
  differ(out, clone, "last4_differs", clone.details.last4, found.last4);
  differ(out, clone, "expiry_differs", expiry(clone.details), expiry(found));
  differ(out, clone, "brand_differs", clone.details.brand, found.brand);
}

void compare_clone(std::vector<Mismatch>& out, const CheckedCustomer& customer, const SeenCustomer& seen,
                   const CheckedClone& clone) {
  const auto miss = [&](const char* kind, const std::string& found) {
    out.push_back({kind, clone.payment_method, clone.clone_id, customer.target_customer, found});
  };
  const PaymentMethod* method = find(seen.methods, clone.clone_id);
  if (!method) method = find(seen.elsewhere, clone.clone_id);
  if (!method) return miss("clone_gone", "");
  if (method->customer.empty()) return miss("clone_detached", "");
  if (method->customer != customer.target_customer) return miss("clone_elsewhere", method->customer);
  compare_details(out, clone, method->details);
}

// Where nothing was set, anything may be the default.
void compare_default(std::vector<Mismatch>& out, const CheckedCustomer& customer, const SeenCustomer& seen,
                     DefaultRule rule) {
  const CheckedClone* expected = nullptr;
  for (const CheckedClone& clone : customer.clones) {
    const bool set = rule == DefaultRule::first ? clone.made_customer : clone.marked;
    if (rule == DefaultRule::none || !set) continue;
    if (clone.clone_id == seen.default_method) return;
    expected = &clone;
  }
  if (expected)
    out.push_back({"default_differs", expected->payment_method, expected->clone_id, expected->clone_id,
                   seen.default_method});
}

void compare_mark(std::vector<Mismatch>& out, const CheckedCustomer& customer, const SeenCustomer& seen) {
  if (customer.made && seen.marked_for != customer.customer)
    out.push_back({"customer_unmarked", "", "", customer.customer, seen.marked_for});
}

std::vector<Mismatch> without_customer(const CheckedCustomer& customer, const char* kind) {
  std::vector<Mismatch> out;
  for (const CheckedClone& clone : customer.clones)
    out.push_back({kind, clone.payment_method, clone.clone_id, customer.target_customer, ""});
  return out;
}

bool same_thing(const CheckedClone& clone, const PaymentMethod& method) {
  return !clone.details.fingerprint.empty() && clone.details.fingerprint == method.details.fingerprint &&
         clone.details.type == method.details.type;
}

// The clone that the method is a second one of; null: none, or it is a clone itself.
const CheckedClone* doubled(const CheckedCustomer& customer, const PaymentMethod& method) {
  const CheckedClone* same = nullptr;
  for (const CheckedClone& clone : customer.clones) {
    if (clone.clone_id == method.id) return nullptr;
    if (same_thing(clone, method)) same = &clone;
  }
  return same;
}

}  // namespace

bool needs_list(const CheckedCustomer& customer, const SeenCustomer& seen, bool duplicates) {
  if (seen.state != SeenCustomer::State::there) return false;
  return duplicates || !unseen(customer, seen).empty();
}

std::vector<std::string> unseen(const CheckedCustomer& customer, const SeenCustomer& seen) {
  std::vector<std::string> ids;
  if (seen.state != SeenCustomer::State::there) return ids;
  for (const CheckedClone& clone : customer.clones)
    if (!find(seen.methods, clone.clone_id)) ids.push_back(clone.clone_id);
  return ids;
}

std::vector<Mismatch> compare(const CheckedCustomer& customer, const SeenCustomer& seen, DefaultRule rule,
                              const std::vector<std::string>& others) {
  if (seen.state == SeenCustomer::State::deleted) return without_customer(customer, "customer_deleted");
  if (seen.state == SeenCustomer::State::gone) return without_customer(customer, "customer_gone");
  std::vector<Mismatch> out;
  compare_mark(out, customer, seen);
  for (const CheckedClone& clone : customer.clones) compare_clone(out, customer, seen, clone);
  compare_default(out, customer, seen, rule);
  for (const PaymentMethod& method : seen.methods) {
    const CheckedClone* clone = doubled(customer, method);
    if (clone && std::find(others.begin(), others.end(), method.id) == others.end())
      out.push_back({"duplicate", clone->payment_method, clone->clone_id, "", method.id});
  }
  return out;
}

std::vector<std::string> suspects(const CheckedCustomer& customer, const SeenCustomer& seen) {
  std::vector<std::string> ids;
  for (const PaymentMethod& method : seen.methods)
    if (doubled(customer, method)) ids.push_back(method.id);
  return ids;
}

ReadCost cost_of(const std::vector<ledger::CheckedAccount>& accounts, DefaultRule rule, bool duplicates) {
  ReadCost cost{1, 1};
  for (const ledger::CheckedAccount& account : accounts) {
    std::uint64_t by_the_way = 0;
    if (!duplicates && rule == DefaultRule::marked) by_the_way = account.single_marked;
    if (!duplicates && rule == DefaultRule::first) by_the_way = account.single_made;
    const std::uint64_t lists = account.customers - by_the_way;
    cost.least += (account.customers + kPage - 1) / kPage + lists;
    cost.most += account.customers + 1 + lists;
  }
  return cost;
}

bool worth_listing(std::uint64_t pages, std::uint64_t shown, std::uint64_t left) {
  return left > 0 && pages <= shown;
}

}  // namespace payferry::plan
