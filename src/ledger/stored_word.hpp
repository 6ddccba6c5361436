#pragma once

#include "core/records.hpp"
#include "ledger/sqlite.hpp"

// Words of core/words.hpp as numbers in a row. A number beyond the last word is damage that SQLite cannot
// see; nothing may be decided by it.
namespace payferry::ledger {

template <class Word>
Word stored_word(std::int64_t number, Word last) {
  if (number < 0 || number > static_cast<std::int64_t>(last))
    throw SqliteError(SQLITE_CORRUPT, "a row holds a word that no Payferry writes");
  return static_cast<Word>(number);
}
inline State stored_state(std::int64_t number) {
  return stored_word(number, State::blocked);
}
inline Step stored_step(std::int64_t number) {
  return stored_word(number, Step::set_default);
}

}  // namespace payferry::ledger
