#pragma once

#include <string>

#include "settings/settings.hpp"

namespace payferry::intake {

// What a stored position means in the input that the job file names now.
struct StoredPlace {
  enum class Kind {
    within,       // the next run goes on there
    beyond,       // the input is the one that was read, and no line of it begins there
    other_input,  // it is another one, or is read by other rules: the next run reads it from its start
    never,        // nothing can be sought in this kind of input: each run reads it from its start
    unreadable,   // `why` says what is wrong with the input
  };
  Kind kind = Kind::never;
  std::string why;
};

// `identity` and `position` are what a source of this job said once. Reads the header at most; takes nothing
// from standard input.
StoredPlace look_up(const settings::Settings& settings, const std::string& identity,
                    const std::string& position);

}  // namespace payferry::intake
