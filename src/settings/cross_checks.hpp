#pragma once

#include "settings/merge.hpp"

namespace payferry::settings {

// What no key can tell by itself: keys that must be there, keys that contradict each other, files that must
// be readable.
void cross_check(const Merged& merged, const Origin& job, Draft& draft, Mistakes& mistakes);

}  // namespace payferry::settings
