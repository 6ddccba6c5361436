#pragma once

#include <optional>
#include <string>
#include <variant>

#include "core/records.hpp"
#include "plan/rules.hpp"

namespace payferry::plan {

struct Call {
  Step step;
};

// The item is at its end without another call.
struct End {
  State state;
  std::string reason;
};

using Next = std::variant<Call, End>;

// What an item needs next. `link` is null where clones stay unattached. The cheapest order of calls: the
// customer is made with its first clone attached, every further clone is attached to it. What is being taken
// back is detached and nothing else.
Next next(const Item& item, const Link* link, const Rules& rules);

// Whether this item's clone is to become its customer's default when the customer is made with it, or else by
// a step of its own.
bool default_at_creation(const Item& item, const Rules& rules);
bool default_by_step(const Item& item, const Rules& rules);

// Whether a run has something to do for the item: it is pending, or it is being taken back.
inline bool is_under_way(const Item& item) {
  return item.state == State::pending || item.detaching;
}

// Writes the end into the item; where the customer was refused, with the customer's reason.
void apply(const End& end, Item& item, const Link* link);

// The lane: all items that change one customer go one at a time, because Stripe locks it.
std::string lane_of(const Item& item, const Link* link);

}  // namespace payferry::plan
