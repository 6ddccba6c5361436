#pragma once

#include <string>
#include <vector>

#include "steer/request.hpp"
#include "throttle/steering.hpp"

namespace payferry::steer {

// One thing that a request changed, in words for the journal.
struct Change {
  std::string what;  // rate | endpoint | in_flight | paused | account
  std::string account;
  std::string before;
  std::string after;

  bool operator==(const Change&) const = default;
};

struct Applied {
  throttle::Changes changes;  // all that is wanted by hand from now on
  std::vector<Change> made;   // empty: it was so already
};

// What a request makes of `by_hand`, all that was steered before; `now` is what is in force. Pure. Status and
// stop change nothing of it.
Applied apply(const Request& request, throttle::Changes by_hand, const throttle::Controls& now);

}  // namespace payferry::steer
