#pragma once

#include <optional>

#include "core/result.hpp"

namespace payferry::ledger {

// Looks whether the opened ledger is still the one that its name means, and still ours alone.
class Watch {
 public:
  virtual ~Watch() = default;
  // Before each commit. What happened, and what was saved; then nothing may be committed any more.
  virtual std::optional<Error> lost() = 0;
  // After each commit.
  virtual void committed() = 0;
};

}  // namespace payferry::ledger
