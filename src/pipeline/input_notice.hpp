#pragma once

#include <optional>
#include <string>

#include "ledger/ledger.hpp"

namespace payferry::pipeline {

// What a run tells of its input before it reads it.
struct InputNotice {
  bool grave = false;  // lines may have gone that nobody has read
  std::string message;
};

// Nothing, where the job reads its input for the first time, or goes on where it was. `identity` is the
// present source's.
std::optional<InputNotice> notice_of(const ledger::InputState& input, const std::string& identity);

// Of lines that say something else than those that were read before; empty where none did. Counts of one run.
std::string words_of_changed_lines(std::uint64_t amended, std::uint64_t differing);

}  // namespace payferry::pipeline
