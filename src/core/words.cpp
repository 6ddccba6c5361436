#include "core/words.hpp"

namespace payferry {
namespace {

constexpr std::array<std::string_view, kSteps.size()> kStepNames{"clone", "create_customer", "attach",
                                                                 "set_default", "detach"};
constexpr std::array<std::string_view, 5> kStateNames{"pending", "succeeded", "skipped", "failed", "blocked"};
constexpr std::array<std::string_view, 7> kOutcomeNames{"complete",   "internal", "usage", "failures",
                                                        "unfinished", "refused",  "ledger"};
constexpr std::array<std::string_view, kEndpointCount> kEndpointNames{"clone",
                                                                      "create_customer",
                                                                      "attach",
                                                                      "set_default",
                                                                      "detach",
                                                                      "get_own_account",
                                                                      "get_account",
                                                                      "get_customer",
                                                                      "get_payment_method",
                                                                      "list_customers",
                                                                      "list_payment_methods",
                                                                      "list_payments",
                                                                      "list_subscriptions"};

}  // namespace

std::string_view to_string(Mode mode) noexcept {
  return mode == Mode::live ? "live" : "test";
}
std::string_view to_string(Step step) noexcept {
  return kStepNames[static_cast<std::size_t>(step)];
}
std::string_view to_string(State state) noexcept {
  return kStateNames[static_cast<std::size_t>(state)];
}
std::string_view to_string(Outcome outcome) noexcept {
  return kOutcomeNames[static_cast<std::size_t>(outcome)];
}
std::string_view to_string(Endpoint endpoint) noexcept {
  return kEndpointNames[static_cast<std::size_t>(endpoint)];
}

std::optional<Mode> mode_from(std::string_view name) noexcept {
  if (name == "test") return Mode::test;
  if (name == "live") return Mode::live;
  return std::nullopt;
}

std::optional<Step> step_from(std::string_view name) noexcept {
  for (Step step : kSteps)
    if (to_string(step) == name) return step;
  return std::nullopt;
}

}  // namespace payferry
