#pragma once

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace payferry::ledger {

// Whose the opened ledger is; only of one whose schema was checked.
Owner read_owner(Database& database);
// Writes it into a schema that was just made.
void write_owner(Database& database, const Owner& owner);
// Nothing, or why this owner may not work with the opened ledger. Errors: ledger.
Result<void> check_owner(Database& database, const LedgerPlace& place, const Owner& owner);

}  // namespace payferry::ledger
