#pragma once

#include <memory>

#include "core/ledger_place.hpp"
#include "core/result.hpp"
#include "ledger/database.hpp"
#include "ledger/ledger.hpp"
#include "ledger/watch.hpp"

// Opening a ledger wherever it is, and the words for what goes wrong there.
namespace payferry::ledger {

// What happened and what is safe to do.
Error explain(const DatabaseError& error, const LedgerPlace& place);

// Makes what is not there; sets the durability that everything rests on; makes or checks the schema and the
// owner. Errors: ledger.
struct Opened {
  std::unique_ptr<Watch> watch;  // keeps the lock; null where the connection itself is the lock
  std::unique_ptr<Database> database;
};
Result<Opened> open_for_writing(RunLock lock, const LedgerPlace& place, const Owner& owner);
// Nothing can be written by it. Errors: ledger, also where there is none.
Result<std::unique_ptr<Database>> open_for_reading(const LedgerPlace& place, Touch touch = Touch::journal);

}  // namespace payferry::ledger
