#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "plan/advance.hpp"

// What reading Stripe's side decides about a write whose answer is lost for good (DESIGN 4, point 5), or
// about a clone that was refused as unusable (point 6). Never a guess: what cannot be told yet stays pending.
namespace payferry::plan {

// A customer whose absence is not believed yet: Stripe may still finish what it began.
inline constexpr std::int64_t kSettlingMs = 2LL * 3600 * 1000;
// item.reason while that is so.
inline constexpr const char* kSettling = "settling";

// The clone was read (ask: refused_clone, clone_of_attach, clone_of_creation, clone_of_detach).
Follow after_clone_read(Case& c, const stripe::Verdict& seen, const Rules& rules);

// The link's customer was read (ask: default_of_customer).
Follow after_default_read(Case& c, const stripe::Verdict& seen);

// Customers of the account that bear our marker for the link's platform customer.
struct Sighting {
  std::string customer;      // the oldest
  std::int64_t created = 0;  // seconds since 1970
  int count = 1;
};

// Between which moments (seconds since 1970, Stripe's clock) a lost creation can have made its customer.
struct Span {
  std::int64_t from = 0;
  std::int64_t to = 0;
};
Span span_of(const Intent& creation, bool by_somebody_else);

// The account's customers of that span were looked through (ask: created_customer). `age_ms`: since the
// creation was last sent.
Follow after_search(Case& c, const std::optional<Sighting>& found, std::int64_t age_ms);

}  // namespace payferry::plan
