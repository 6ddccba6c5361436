#pragma once

#include "ledger/admission_rules.hpp"
#include "plan/rules.hpp"

// What a line does to the ledger when it is admitted.
namespace payferry::plan {

// How a new item begins: pending, or skipped because its type is known and excluded.
ledger::AdmissionRules::Start start_of(const Entry& entry, const Rules& rules);

// What a line changes about an item that is known from an earlier input (DESIGN 4.8): failed and blocked
// items are amended where the line says something else, untouched ones take the new content, for the rest the
// old stands.
ledger::Meeting meet(const ledger::Known& known, const ledger::AdmissionRules::Start& start);

ledger::AdmissionRules admission_rules(const Rules& rules);

}  // namespace payferry::plan
