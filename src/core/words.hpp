#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

// The closed sets of words that every room speaks. Their spelling is part of the contract: it stands in the
// ledger, in summaries, in rejects.csv and in metric labels.
namespace payferry {

// Stripe's two worlds; objects of one do not exist in the other.
enum class Mode : std::uint8_t { test, live };

// The writes of an item, in the order in which they can follow each other; the last one takes back what the
// others made.
enum class Step : std::uint8_t { clone, create_customer, attach, set_default, detach };
inline constexpr std::array kSteps{Step::clone, Step::create_customer, Step::attach, Step::set_default,
                                   Step::detach};

// What an item is. `blocked` is derived: a pending item without an unknown answer on an account that was
// lost.
enum class State : std::uint8_t { pending, succeeded, skipped, failed, blocked };
inline constexpr std::array kStates{State::pending, State::succeeded, State::skipped, State::failed,
                                    State::blocked};

// Stripe rations each named operation on its own: method and path template, whatever the ids.
enum class Endpoint : std::uint8_t {
  clone,                 // POST /v1/payment_methods
  create_customer,       // POST /v1/customers
  attach,                // POST /v1/payment_methods/{id}/attach
  set_default,           // POST /v1/customers/{id}
  detach,                // POST /v1/payment_methods/{id}/detach
  get_own_account,       // GET  /v1/account
  get_account,           // GET  /v1/accounts/{id}
  get_customer,          // GET  /v1/customers/{id}
  get_payment_method,    // GET  /v1/payment_methods/{id}
  list_customers,        // GET  /v1/customers
  list_payment_methods,  // GET  /v1/customers/{id}/payment_methods
  list_payments,         // GET  /v1/payment_intents
  list_subscriptions,    // GET  /v1/subscriptions
};
inline constexpr std::size_t kEndpointCount = 13;

std::string_view to_string(Mode) noexcept;
std::string_view to_string(Step) noexcept;
std::string_view to_string(State) noexcept;
std::string_view to_string(Endpoint) noexcept;
std::optional<Mode> mode_from(std::string_view) noexcept;
std::optional<Step> step_from(std::string_view) noexcept;

// The endpoint that a step's write goes to.
constexpr Endpoint endpoint_of(Step step) noexcept {
  return static_cast<Endpoint>(step);
}
constexpr bool is_write(Endpoint endpoint) noexcept {
  return endpoint <= Endpoint::detach;
}

// How a run ends; the value is the process's exit code.
enum class Outcome : std::uint8_t {
  complete = 0,
  internal = 1,
  usage = 2,
  failures = 3,
  unfinished = 4,
  refused = 5,
  ledger = 6,
};
std::string_view to_string(Outcome) noexcept;

}  // namespace payferry
