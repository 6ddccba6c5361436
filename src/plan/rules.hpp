#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/records.hpp"
#include "settings/settings.hpp"

namespace payferry::plan {

// What of the settings decides about items.
struct Rules {
  Mode mode = Mode::test;
  std::vector<std::string> types;
  settings::CustomerRule customer = settings::CustomerRule::create;
  settings::DefaultRule set_default = settings::DefaultRule::marked;
  settings::ExistingRule existing = settings::ExistingRule::ignore;
  int attempts = 8;  // unknown answers before an item is parked
  std::string api_version;
  std::string key_digest;  // of the API key: whose idempotency keys Stripe remembers

  bool includes(std::string_view type) const;
  bool with_links() const { return customer != settings::CustomerRule::none; }
};

Rules rules_from(const settings::Settings& settings);

// How long an idempotency key is surely remembered, with an hour to spare (stripe-docs: keys are removed once
// they are at least 24 hours old).
inline constexpr std::int64_t kKeyMemoryMs = 23LL * 3600 * 1000;

// Whether sending the intent again could be executed a second time; `doubtful`: its age is not known. An
// intent that was certainly never executed has nothing to forget.
bool is_forgotten(const Intent& intent, const Stamp& now, const std::string& key_digest,
                  bool doubtful = false);

}  // namespace payferry::plan
