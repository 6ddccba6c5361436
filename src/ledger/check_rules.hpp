#pragma once

#include <span>

namespace payferry::ledger {

// One promise of the ledger: a query that names every row that breaks it.
struct CheckRule {
  const char* name;
  const char* sql;  // one text a row, such as 'item 12'
  const char* meaning;
  // Where set: the rows are account, name and identity too, and only those break the rule whose identity is
  // not the one that this kind of row has.
  const char* identity_of = nullptr;
};

std::span<const CheckRule> check_rules();

}  // namespace payferry::ledger
