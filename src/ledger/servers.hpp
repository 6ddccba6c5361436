#pragma once

#include <memory>

#include "core/ledger_place.hpp"
#include "core/result.hpp"
#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

// A ledger in a database of a PostgreSQL server: its tables lie in the schema that the connection's
// search_path names first.
namespace payferry::ledger {

// The words of a server's error for the user: what happened and what is safe to do.
Error explain_server(const DatabaseError& error, const LedgerPlace& place);

// A connection that alone may write the ledger for as long as it lives. Errors: ledger: another one holds it,
// or the server cannot be reached.
Result<std::unique_ptr<Database>> lock_server(const LedgerPlace& place);
// Makes or checks tables and owner by the connection that holds the lock. Throws DatabaseError; other
// refusals are errors.
Result<std::unique_ptr<Database>> open_server_for_writing(std::unique_ptr<Database> locked,
                                                          const LedgerPlace& place, const Owner& owner);
Result<std::unique_ptr<Database>> open_server_for_reading(const LedgerPlace& place);
// Whether our tables are there. Throws DatabaseError.
Result<bool> is_server_there(const LedgerPlace& place);

}  // namespace payferry::ledger
