#pragma once

#include "core/ledger_place.hpp"
#include "ledger/checks.hpp"
#include "ledger/database.hpp"

namespace payferry::ledger {

// `ledger` must outlive what is made. Throws Unreadable.
std::unique_ptr<Checks> make_checks(Database& ledger, const LedgerPlace& place, const CheckFilter& filter);

}  // namespace payferry::ledger
