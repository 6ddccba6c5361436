#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/digest.hpp"
#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace payferry::ledger {

// The item that a line names, with what decides what the line changes. Admission and a plan ask the same.
class KnownItems {
 public:
  KnownItems(Database& database, Owner owner);

  struct Found {
    std::int64_t id = 0;
    Known known;  // but for account_lost, which is the account's
    std::int64_t link = 0;
    bool has_clone = false;
    std::string type;  // of the clone
  };
  // Nothing: the line's item is a new one.
  std::optional<Found> find(std::int64_t account, const Entry& entry);
  // As it is now: somebody else may have changed it meanwhile.
  Found again(std::int64_t item, const Entry& entry);
  void forget_met() { last_met_ = 0; }
  // Of the entry that was asked for last and is a new one.
  const Identity& identity() const { return identity_; }

 private:
  std::optional<Found> read(Statement& row, const Entry& entry);

  Owner owner_;
  std::int64_t last_met_ = 0;  // the item that the last line named; 0: a new one
  Identity identity_{};
  Statement find_, guess_, again_;
};

// A link that a line meets.
struct KnownLink {
  bool there = false;  // false: it would be made
  std::string target_customer;
  Origin origin = Origin::none;
  bool creating = false;
  bool may_change = false;  // its customer is unknown to Stripe, and holds nothing of ours
  bool refused = false;     // its customer could not be made
};

enum class Naming {
  agrees,       // the line names no customer, or the link's own
  takes,        // the link takes the customer that the line names
  contradicts,  // the link has another one, or is getting one
};
// What a target_customer that a line names does to its link.
Naming meet_link(const KnownLink& link, const std::string& wanted);

// A link belongs to the platform's customer; an original without one stands for itself.
inline const std::string& link_owner(const Entry& entry) {
  return entry.customer.empty() ? entry.payment_method : entry.customer;
}

}  // namespace payferry::ledger
