#pragma once

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace payferry::ledger {

// See Ledger::renew_customers.
Renewed renew_customers(Database& database, const RetryFilter& filter);

// What `change` does; where it is only to be looked at, all of it is undone again. What it throws ends the
// whole transaction, so that nothing is undone then.
template <class Change>
auto look_or_do(Database& database, bool looking, const Change& change) {
  if (!looking) return change();
  database.execute("SAVEPOINT looking");
  const auto seen = change();
  database.execute("ROLLBACK TO looking; RELEASE looking");
  return seen;
}

}  // namespace payferry::ledger
