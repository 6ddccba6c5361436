#include "plan/rules.hpp"

#include <algorithm>

#include "core/digest.hpp"

namespace payferry::plan {

bool Rules::includes(std::string_view type) const {
  return std::find(types.begin(), types.end(), type) != types.end();
}

Rules rules_from(const settings::Settings& settings) {
  Rules rules;
  rules.mode = settings.mode;
  rules.types = settings.target.types;
  rules.customer = settings.target.customer;
  rules.set_default = settings.target.set_default;
  rules.existing = settings.target.existing_clones;
  rules.attempts = settings.retry.attempts;
  rules.api_version = settings.stripe.api_version;
  rules.key_digest = to_hex(sha256_of({"payferry api key", settings.stripe.api_key})).substr(0, 16);
  return rules;
}

bool is_forgotten(const Intent& intent, const Stamp& now, const std::string& key_digest, bool doubtful) {
  if (intent.id == 0 || intent.state == IntentState::unsent || intent.state == IntentState::settled)
    return false;
  return doubtful || intent.key_digest != key_digest || age_ms(intent.first_sent, now) >= kKeyMemoryMs;
}

}  // namespace payferry::plan
