#pragma once

#include <vector>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace payferry::ledger {

// Overwrites what was known of the same limits.
void note_learnt(Database& database, const std::vector<LearntLimit>& limits);
std::vector<LearntLimit> learnt(Database& database);

}  // namespace payferry::ledger
