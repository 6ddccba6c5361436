#pragma once

#include <array>
#include <cstdint>

#include "core/records.hpp"
#include "plan/next.hpp"

// What will be asked of Stripe, told by the same decisions that ask it.
namespace payferry::plan {

// Requests by endpoint.
using Calls = std::array<std::uint64_t, kEndpointCount>;

inline std::uint64_t& of(Calls& calls, Endpoint endpoint) {
  return calls[static_cast<std::size_t>(endpoint)];
}
inline std::uint64_t of(const Calls& calls, Endpoint endpoint) {
  return calls[static_cast<std::size_t>(endpoint)];
}
std::uint64_t sum_of(const Calls& calls);
void add(Calls& to, const Calls& more);

// Takes the item to its end as if every call succeeded, and adds the calls. Item and link are changed as the
// answers would change them; what only an answer can tell (the type of a clone that no line names) is taken
// for what is wanted.
void foresee(Item& item, Link* link, const Rules& rules, Calls& calls);

}  // namespace payferry::plan
