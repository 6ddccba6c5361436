#pragma once

#include "settings/merge.hpp"

namespace payferry::settings {

// What a TreeConverter needs besides what stands under its key.
struct TreeContext {
  const Place& place;  // of the key
  const Environment& environment;
  Draft& draft;
  Mistakes& mistakes;
};

// Fills the draft with what stands under one key; what cannot be understood becomes a mistake.
//   effective: this value counts.
//   overridden: another file's counts; a variable that is not set here is no mistake then.
//   optional: as effective, but an unset variable is no mistake either.
enum class Weight { effective, overridden, optional };
void apply(const Found& found, Weight weight, const Environment& environment, Draft& draft,
           Mistakes& mistakes);

}  // namespace payferry::settings
