#pragma once

#include <filesystem>
#include <memory>

#include "ledger/run_lock.hpp"
#include "ledger/sqlite.hpp"
#include "ledger/watch.hpp"

namespace payferry::ledger {

// Of a ledger's file and its lock's. Keeps the lock; `database` outlives every call.
std::unique_ptr<Watch> watch_file(std::filesystem::path path, RunLock lock, SqliteDatabase& database);

}  // namespace payferry::ledger
