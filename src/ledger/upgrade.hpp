#pragma once

#include <cstdint>

#include "ledger/database.hpp"

// Ledgers that an earlier Payferry wrote. A newer schema only ever adds: what is there keeps its meaning.
namespace payferry::ledger {

// The newest version in an empty place; inside a transaction.
void define_newest(Database& database);
// Whether this program can work with that version of the schema.
bool is_known_version(std::int64_t version);
// Brings an opened ledger to the newest version, in one transaction. Throws DatabaseError.
void upgrade(Database& database);
// For this connection an older ledger looks like one of the newest version in which nothing of the new was
// ever written; the file stays as it is.
void read_as_newest(Database& database);

}  // namespace payferry::ledger
