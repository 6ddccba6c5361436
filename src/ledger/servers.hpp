#pragma once

#include <memory>

#include "core/ledger_place.hpp"
#include "core/result.hpp"
#include "ledger/database.hpp"
#include "ledger/ledger.hpp"
#include "ledger/run_lock.hpp"
#include "ledger/schema.hpp"

// A ledger in a database of a PostgreSQL server: its tables lie in the schema that the connection's
// search_path names first.
namespace payferry::ledger {

// What is locked on a server, each for one ledger: the run lock is kApplicationId's.
inline constexpr std::int32_t kDefinitionLock = kApplicationId + 1;
inline constexpr std::int32_t kAdmissionLock = kApplicationId + 2;
inline constexpr std::int32_t kFleetLock = kApplicationId + 3;

// Workers that share a ledger wait so long for one another's locks before they look whether somebody stands
// still.
inline constexpr int kPatience = 5;  // seconds
inline constexpr int kFleetPatience = 1;

// What a worker is told whose lease has run out while it could not be heard of.
inline constexpr const char* kFenced =
    "this worker was not heard of for as long as its lease, and the others have taken over what it had";

// The words of a server's error for the user: what happened and what is safe to do.
Error explain_server(const DatabaseError& error, const LedgerPlace& place);

// A connection that may write the ledger for as long as it lives: alone, or with others that share it.
// Errors: as RunLock::take's.
Result<std::unique_ptr<Database>> lock_server(const LedgerPlace& place, Holding holding = Holding::alone,
                                              const Waiting& waiting = {});
// Whoever waits for a lock longer than that is told so (DatabaseError::Kind::locked).
void set_patience(Database& database, int seconds);
// A connection beside that. Throws DatabaseError.
std::unique_ptr<Database> connect_server(const LedgerPlace& place);
// Makes or checks tables and owner by the connection that holds the lock. Throws DatabaseError; other
// refusals are errors.
Result<std::unique_ptr<Database>> open_server_for_writing(std::unique_ptr<Database> locked,
                                                          const LedgerPlace& place, const Owner& owner);
Result<std::unique_ptr<Database>> open_server_for_reading(const LedgerPlace& place);
// Whether our tables are there. Throws DatabaseError.
Result<bool> is_server_there(const LedgerPlace& place);

}  // namespace payferry::ledger
