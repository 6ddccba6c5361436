#pragma once

#include <filesystem>

#include "ledger/checks.hpp"
#include "ledger/sqlite.hpp"

namespace payferry::ledger {

// `ledger` must outlive what is made. Throws Unreadable.
std::unique_ptr<Checks> make_checks(Database& ledger, const std::filesystem::path& path,
                                    const CheckFilter& filter);

}  // namespace payferry::ledger
