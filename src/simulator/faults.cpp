#include "simulator/faults.hpp"

#include <algorithm>
#include <array>

#include "simulator/random.hpp"

namespace payferry::simulator {

bool Fault::before() const {
  if (kind == FaultKind::refuse) {
    const int status = answer.status;
    return status == 401 || status == 403 || status == 409 || status == 429 || status > 500;
  }
  return kind <= FaultKind::stall_before;
}

bool Fault::in_execution() const {
  return !before() && kind >= FaultKind::error_500_stored && kind <= FaultKind::refuse;
}

bool FaultRule::matches(const FaultQuery& query) const {
  const auto holds = [](const std::string& wanted, std::string_view given) {
    return wanted.empty() || wanted == given;
  };
  const std::string_view name = query.endpoint ? info(*query.endpoint).name : std::string_view{};
  const std::string_view pattern = query.endpoint ? info(*query.endpoint).path : std::string_view{};
  const bool same_step = holds(step, name) || (step == "set_default" && name == "update_customer");
  if (!holds(method, query.method) || !holds(path, pattern) || !same_step || !holds(account, query.account))
    return false;
  if (fault.kind == FaultKind::declined) {
    const bool checked = name == "attach" || (name == "create_customer" &&
                                              query.body.find("payment_method=") != std::string_view::npos);
    if (!checked) return false;
  }
  return contains.empty() || query.target.find(contains) != std::string_view::npos ||
         query.body.find(contains) != std::string_view::npos;
}

std::optional<Fault> FaultPlan::pick(const FaultQuery& query, std::uint64_t sequence) {
  for (std::size_t i = 0; i < rules_.size(); ++i) {
    FaultRule& rule = rules_[i];
    if (!rule.matches(query)) continue;
    ++rule.seen;
    if (rule.seen < rule.nth || (rule.times > 0 && rule.seen >= rule.nth + rule.times)) continue;
    if (rule.probability < 1 && fraction(mix(mix(seed_, i + 1), sequence)) >= rule.probability) continue;
    return rule.fault;
  }
  return std::nullopt;
}

}  // namespace payferry::simulator
