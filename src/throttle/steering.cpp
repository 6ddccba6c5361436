#include "throttle/steering.hpp"

#include <algorithm>
#include <utility>

namespace payferry::throttle {
namespace {

void lower(std::optional<double>& own, const std::optional<double>& for_all) {
  if (own && for_all) own = std::min(*own, *for_all);
}

}  // namespace

void Steering::lay_over(Controls& controls, const Changes& changes) const {
  if (changes.global) controls.global = *changes.global;
  if (changes.endpoint) {
    controls.endpoint = *changes.endpoint;
    controls.endpoint_overrides.clear();
  }
  for (const auto& [endpoint, rate] : changes.endpoints) controls.endpoint_overrides[endpoint] = rate;
  if (changes.in_flight) controls.in_flight = *changes.in_flight;
  if (changes.paused) controls.paused = *changes.paused;
  if (changes.turns) controls.turns = *changes.turns;
  for (auto& [index, account] : controls.accounts) {
    lower(account.global, changes.global);
    lower(account.endpoint, changes.endpoint);
  }
  for (const std::string& account : changes.skipped)
    if (const auto known = indices_.find(account); known != indices_.end())
      controls.skipped.insert(known->second);
  for (const auto& [account, wanted] : changes.accounts)
    if (const auto known = indices_.find(account); known != indices_.end())
      controls.accounts[known->second] = wanted;
}

bool Steering::merge() {
  Controls merged = configured_;
  for (const Changes& changes : wanted_) lay_over(merged, changes);
  if (merged == merged_) return false;
  merged_ = std::move(merged);
  return true;
}

bool Steering::write(Writer writer, Changes changes) {
  wanted_[static_cast<std::size_t>(writer)] = std::move(changes);
  return merge();
}

bool Steering::introduce(AccountIndex index, const std::string& account) {
  if (!indices_.emplace(account, index).second) return false;
  const bool named = std::any_of(wanted_.begin(), wanted_.end(), [&](const Changes& changes) {
    return changes.skipped.contains(account) || changes.accounts.contains(account);
  });
  return named && merge();
}

}  // namespace payferry::throttle
