#include "plan/counterparts.hpp"

#include "core/ids.hpp"

namespace payferry::plan {
namespace {

constexpr std::string_view kMark = "payferry_source_customer";

std::string metadata_of(const stripe::Customer& customer, std::string_view wanted) {
  for (const auto& [key, value] : customer.metadata)
    if (key == wanted) return value;
  return "";
}

}  // namespace

std::string marked_for(const stripe::Customer& customer) {
  return customer.deleted ? "" : metadata_of(customer, kMark);
}

std::string claimed_for(const stripe::Customer& customer, const Claims& claims) {
  if (customer.deleted) return "";
  std::string source = claims.by_mark ? metadata_of(customer, kMark) : "";
  if (source.empty() && !claims.key.empty()) source = metadata_of(customer, claims.key);
  return is_customer_id(source) ? source : "";
}

FirstSight first_sight(const FirstLook& look, const FirstLookRules& rules) {
  if (!look.marked.empty()) return rules.new_ledger ? FirstSight::take_over : FirstSight::served_elsewhere;
  const bool unexplained = rules.others_block && look.customers && !look.explained;
  const bool may_be_explained = rules.explainable || rules.new_ledger;
  if (unexplained && (look.at_end || !may_be_explained)) return FirstSight::other_customers;
  return look.at_end ? FirstSight::pass : FirstSight::more;
}

}  // namespace payferry::plan
