#pragma once

#include <cstdint>

#include "core/records.hpp"
#include "ledger/database.hpp"
#include "ledger/tally.hpp"

namespace payferry::ledger {

// Counts the present input from the states of its entries: a scan.
Tally count(Database& database, std::int64_t input);

}  // namespace payferry::ledger
