#pragma once

#include <filesystem>

#include "core/ledger_place.hpp"
#include "core/result.hpp"

namespace payferry::ledger {

// Copies a ledger, also while a run is writing it; all of it of one moment, for its owner only. A damaged one
// is refused: a copy of it would pass for a backup. Errors: ledger (the original), io (the copy; nothing is
// overwritten). Of a server's database: ledger, which says what to use instead.
Result<void> backup(const LedgerPlace& place, const std::filesystem::path& to);

}  // namespace payferry::ledger
