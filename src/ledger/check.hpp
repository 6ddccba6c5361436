#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/ledger_place.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"

namespace payferry::ledger {

// Something that stands in a ledger and must not.
struct Violation {
  std::string rule;     // its name, a word of the code
  std::string meaning;  // what must not be, in words
  std::uint64_t count = 0;
  std::vector<std::string> examples;  // the first few, such as "item 12"
};

// What a look at a whole ledger found, all of it of one moment.
struct Findings {
  Owner owner;
  std::uint64_t accounts = 0;
  std::uint64_t links = 0;
  std::uint64_t items = 0;
  std::uint64_t intents = 0;
  std::vector<Violation> violations;  // empty: it is sound
};

// Looks at the file's structure, and where that is whole at every promise that a row can break. Reads all of
// it, also beside a run; changes nothing. Errors: ledger: it cannot be opened or read.
Result<Findings> check(const LedgerPlace& place);

}  // namespace payferry::ledger
