#pragma once

#include <string>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"
#include "ledger/life.hpp"

namespace payferry::ledger {

// The lives of the items whose original or clone bears this id; one for each account that the original went
// to. Originals are found by their identity, clones by a look at every item.
std::vector<Life> lives_of(Database& database, const Owner& owner, const std::string& id);

}  // namespace payferry::ledger
