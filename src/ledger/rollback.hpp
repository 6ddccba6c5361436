#pragma once

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

// What a rollback takes back: succeeded items whose clone Payferry made and attached.
namespace payferry::ledger {

// Counts what a rollback with this filter would detach, and what it would leave.
RollbackPlan plan_rollback(Database& database, const RollbackFilter& filter);

// Chooses what is taken back: a table of this connection alone, about 20 bytes an item, in the order in which
// it will be loaded. Answers the accounts of the ledger; has_open: something of it was chosen there.
std::vector<AccountState> begin_rollback(Database& database, const RollbackFilter& filter);

// What has become of what was chosen.
RollbackTally tally_rollback(Database& database);

}  // namespace payferry::ledger
