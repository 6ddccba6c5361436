#pragma once

#include <memory>
#include <string>

#include "core/ledger_place.hpp"
#include "ledger/database.hpp"

namespace payferry::ledger {

// Connects to the server. `application` is what the server's administrator sees of us. Throws DatabaseError
// (gone, or what the server refuses).
std::unique_ptr<Database> connect_postgres(const LedgerPlace& place, const std::string& application);

// Whether a server is there and neither starts nor ends, so that whom it has not let in it will not let in
// later.
bool is_taking_connections(const LedgerPlace& place);

}  // namespace payferry::ledger
