#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ledger/ledger.hpp"

namespace payferry::ledger {

// A new request that is about to be sent.
struct Asking {
  Intent intent;             // with the id that it has got
  std::int64_t link_id = 0;  // of the link that it makes a customer for; 0: it makes none
};
// Of a settlement the journal keeps what draft.hpp writes.
using JournalRecord = std::variant<Asking, Settlement>;

// Appends to the bytes of a row of the journal.
void append_to_journal(std::string& bytes, const Asking& asking);
void append_to_journal(std::string& bytes, const Settlement& settlement);

// The records of a row, in their order. Throws DatabaseError (damaged) for bytes that are none.
std::vector<JournalRecord> read_journal(std::string_view bytes);

}  // namespace payferry::ledger
