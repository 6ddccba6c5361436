#pragma once

#include "settings/merge.hpp"

namespace payferry::settings {

// Reads api_key_file, decides the mode by the key, and lists what is wrong with the choice of key. Without
// needs_key a key that is not to be had here is no mistake.
void settle_key(const Merged& merged, const Origin& job, bool needs_key, Draft& draft, Mistakes& mistakes);

// What notify.url is signed with.
void settle_notify(const Merged& merged, bool needs_secret, Draft& draft, Mistakes& mistakes);

}  // namespace payferry::settings
