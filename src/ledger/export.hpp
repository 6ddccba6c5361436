#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

#include "core/ledger_place.hpp"
#include "core/result.hpp"

namespace payferry::ledger {

// Writes a ledger as NDJSON: one object a row with its `kind` (ledger, account, input, link, item, entry,
// intent, reject, run), all of one moment, in the order of admission. Ids, states, generations and codes;
// nothing of what a line said, of a request's text, or of a card. `take` gets one line with its end at a time
// and answers whether it can be given more. Answers the number of lines. Errors: ledger.
Result<std::uint64_t> export_rows(const LedgerPlace& place,
                                  const std::function<bool(std::string_view line)>& take);

}  // namespace payferry::ledger
