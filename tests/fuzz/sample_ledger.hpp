#pragma once

#include <filesystem>
#include <string>

#include "ledger/admission_rules.hpp"
#include "ledger/ledger.hpp"

namespace payferry::fuzz {

inline constexpr const char* kSampleJob = "spring";

ledger::Owner sample_owner();
ledger::AdmissionRules sample_rules();
// A line that the sample knows with other content, and one that it does not know.
ledger::Admission next_admission(std::int64_t input);

// The bytes of a small ledger that holds one of everything: items in every state and step, links, intents,
// rejects, a lost account, a run. Uses `path` for a moment.
std::string sample_ledger(const std::filesystem::path& path);

}  // namespace payferry::fuzz
