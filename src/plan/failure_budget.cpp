#include "plan/failure_budget.hpp"

#include <algorithm>
#include <cstdio>

namespace payferry::plan {
namespace {

// Codes come from outside.
constexpr std::size_t kMostCodes = 200;

std::string percent(double share) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g%%", share * 100);
  return text;
}

std::string items(std::uint64_t count) {
  return std::to_string(count) + (count == 1 ? " item" : " items");
}

}  // namespace

void FailureBudget::failed(const std::string& code) {
  ++ended_;
  ++failed_;
  const bool known = codes_.size() < kMostCodes || codes_.contains(code);
  ++codes_[known ? code : "other"];
}

bool FailureBudget::over_share() const {
  return share_ && ended_ >= kLeastEnded &&
         static_cast<double>(failed_) > *share_ * static_cast<double>(ended_);
}

std::string FailureBudget::reason() const {
  if (!exceeded()) return "";
  const std::string bound =
      over_most() ? items(failed_) + " failed in this run, more than run.max_failures (" +
                        std::to_string(*most_) + ")"
                  : std::to_string(failed_) + " of " + items(ended_) +
                        " failed in this run, more than run.max_failure_share (" + percent(*share_) + ")";
  const auto commonest = std::max_element(codes_.begin(), codes_.end(),
                                          [](const auto& a, const auto& b) { return a.second < b.second; });
  return bound + "; the commonest code is " + commonest->first + " (" + std::to_string(commonest->second) +
         "); look at them, then run again to go on";
}

}  // namespace payferry::plan
