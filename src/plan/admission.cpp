#include "plan/admission.hpp"

namespace payferry::plan {

using ledger::AdmissionRules;
using ledger::Known;
using ledger::Meeting;

AdmissionRules::Start start_of(const Entry& entry, const Rules& rules) {
  const std::string& type = entry.content.type;
  if (!type.empty() && !rules.includes(type)) return {State::skipped, "type_excluded"};
  return {};
}

Meeting meet(const Known& known, const AdmissionRules::Start& start) {
  const bool still_excluded = start.state == State::skipped;
  switch (known.state) {
    case State::succeeded:
      return known.same_content ? Meeting::keep : Meeting::differs;
    case State::skipped:
      if (known.reason != "type_excluded" || still_excluded) return Meeting::keep;
      return known.untouched ? Meeting::replace : Meeting::keep;
    case State::failed:
      if (known.same_content) return Meeting::keep;
      return known.reason == "original_consumed" ? Meeting::differs : Meeting::amend;
    case State::pending:
    case State::blocked:
      break;
  }
  // Blocked: nothing of it is on its way, so the mended line can still be obeyed.
  const bool blocked = known.account_lost && known.at_rest && !known.untouched;
  if (blocked && !known.same_content) return Meeting::amend;
  if (known.untouched && (!known.same_content || still_excluded)) return Meeting::replace;
  return known.same_content ? Meeting::keep : Meeting::differs;
}

AdmissionRules admission_rules(const Rules& rules) {
  AdmissionRules made;
  made.with_links = rules.with_links();
  made.start = [rules](const Entry& entry) { return start_of(entry, rules); };
  made.meet = [](const Known& known, const Entry&, const AdmissionRules::Start& start) {
    return meet(known, start);
  };
  return made;
}

}  // namespace payferry::plan
