#include "plan/brake.hpp"

namespace payferry::plan {
namespace {

void note(auto& row, Step step, const std::string& account, const std::string& code, std::int64_t item) {
  row.code = code;
  row.step = step;
  row.items.push_back(item);
  row.accounts.insert(account);
}

}  // namespace

void Brake::answered(Step step, const std::string& account, const std::string& code, std::int64_t item) {
  const auto index = static_cast<std::size_t>(step);
  if (tripped()) {
    // What was in flight when it tripped goes back as well.
    if (code == row_.code) row_.items.push_back(item);
    return;
  }
  if (code.empty()) {
    row_ = Row{};
    succeeded_[index] = true;
    first_[index] = Row{};
    return;
  }
  if (code != row_.code) row_ = Row{};
  note(row_, step, account, code, item);
  // One account's refusals alone never trip it, however many: only the newest are remembered.
  if (row_.items.size() > kInARow) row_.items.erase(row_.items.begin());
  Row& first = first_[index];
  if (!succeeded_[index]) {
    if (!first.items.empty() && first.code != code) {
      succeeded_[index] = true;
      first = Row{};
    } else {
      note(first, step, account, code, item);
    }
  }
  if (first.items.size() >= kFirst)
    trip(Row(first));
  else if (row_.items.size() >= kInARow && row_.accounts.size() > 1)
    trip(Row(row_));
}

void Brake::trip(const Row& row) {
  row_ = row;
  reason_ = "the last " + std::to_string(row.items.size()) + " answers to " +
            std::string(to_string(row.step)) + " were all refused with " + row.code +
            ": the job is wrong rather than its items, which were put back; mend it and run again";
}

}  // namespace payferry::plan
