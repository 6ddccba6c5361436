#pragma once

#include <span>

namespace payferry::ledger {

// One promise of the ledger: a query that names every row that breaks it.
struct CheckRule {
  const char* name;
  const char* sql;  // one text a row, such as 'item 12'
  const char* meaning;
};

std::span<const CheckRule> check_rules();

}  // namespace payferry::ledger
