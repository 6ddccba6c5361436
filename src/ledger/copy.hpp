#pragma once

#include <filesystem>

#include "core/result.hpp"
#include "ledger/sqlite.hpp"

namespace payferry::ledger {

// Copies what a connection to the ledger sees, also where its file has lost its name, as it is at one moment,
// into one file that only its owner can read. The copy is durable and appears under its name only when it is
// whole. Errors: ledger (the original cannot be read), io (the copy cannot be written, or there is something
// under that name).
Result<void> copy(SqliteDatabase& from, const std::filesystem::path& ledger, const std::filesystem::path& to);

}  // namespace payferry::ledger
