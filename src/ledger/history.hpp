#pragma once

#include <functional>
#include <string>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"
#include "ledger/past.hpp"

namespace payferry::ledger {

// Requests that were first sent since the input began, in the order in which they were sent. Costs what was
// sent since, not what the ledger holds.
void for_each_answer(Database& database, std::int64_t input,
                     const std::function<void(const PastAnswer&)>& take);
// In the order of admission. Blocked items are told apart from pending ones.
void for_each_entry(Database& database, std::int64_t input, const std::function<void(const EntryEnd&)>& take);
std::vector<AccountName> account_names(Database& database);
// Runs of the job over this input, the first one first.
void for_each_run(Database& database, const std::string& job, std::int64_t input,
                  const std::function<void(const RunRecord&)>& take);

}  // namespace payferry::ledger
