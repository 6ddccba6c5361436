#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "core/words.hpp"

namespace payferry::plan {

// Stops a run whose every answer is the same refusal: something is wrong with the job, not with its items
// (DESIGN 4, point 7). Trips when the first 20 answers to a step, or 50 in a row over several accounts, are
// refusals with one code. What it remembers is put back by whoever asks.
class Brake {
 public:
  // A settled answer to a write: `code` is empty where it succeeded.
  void answered(Step step, const std::string& account, const std::string& code, std::int64_t item);
  bool tripped() const { return !reason_.empty(); }
  // For the user: what was refused and how often.
  const std::string& reason() const { return reason_; }
  // The items that were refused in the row that tripped it.
  const std::vector<std::int64_t>& items() const { return row_.items; }

  static constexpr std::size_t kFirst = 20;
  static constexpr std::size_t kInARow = 50;

 private:
  struct Row {
    std::string code;
    Step step = Step::clone;
    std::vector<std::int64_t> items;
    std::set<std::string> accounts;
  };
  void trip(const Row& row);

  Row row_;                                      // refusals in a row with one code, over all steps
  std::array<Row, kSteps.size()> first_;         // refusals that a step began with
  std::array<bool, kSteps.size()> succeeded_{};  // the step had another answer already
  std::string reason_;
};

}  // namespace payferry::plan
