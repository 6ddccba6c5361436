#pragma once

#include <string>

#include "pipeline/move.hpp"

namespace payferry::pipeline {

// Every answer to a call for a connected account comes by here: carries out what the account's breaker makes
// of it.
void note_health(Shared& shared, AccountPlace& place, const std::string& account,
                 const stripe::Verdict& verdict);

}  // namespace payferry::pipeline
