#pragma once

#include <functional>
#include <string>

#include "core/records.hpp"

namespace payferry::ledger {

// A known item that a line names again, for the decision what the line changes.
struct Known {
  State state = State::pending;
  Step step = Step::clone;
  std::string reason;
  bool account_lost = false;  // said of a pending one alone: nobody waits for the account of another
  bool at_rest = false;       // no request of it is on its way, or may have been executed without our knowing
  bool untouched = false;     // no request was ever prepared for it and it has no clone
  bool same_content = false;  // the line says what the line that made it said
};

// What becomes of a known item when another input names it.
enum class Meeting {
  keep,     // nothing changes
  differs,  // the line says something else than what was done; the old stands, and is counted
  replace,  // untouched: takes the line's content; its state is what a new item's would be
  amend,    // takes the line's content and is pending again, at its failed step, under the next generation;
            // of a pending one, what was prepared and never executed is dropped
};

// The decisions that admission needs; pure, called on the ledger's thread.
struct AdmissionRules {
  struct Start {
    State state = State::pending;  // pending or skipped
    std::string reason;            // of skipped
  };
  std::function<Start(const Entry&)> start;
  std::function<Meeting(const Known&, const Entry&, const Start&)> meet;
  bool with_links = true;  // false: clones stay unattached
};

}  // namespace payferry::ledger
