#include "plan/breaker.hpp"

#include <algorithm>

namespace payferry::plan {

using stripe::Kind;

namespace {

// Refusals that every item of the account would meet. Those about a card, a customer or a line are not among
// them: a list may well hold ten bad lines in a row, and slowing down would not mend them.
bool is_about_account(const std::string& code) {
  return code.starts_with("account_") || code == "payment_method_unactivated" ||
         code == "platform_account_required" || code == "testmode_charges_only";
}

}  // namespace

Health health_of(const stripe::Verdict& verdict) {
  switch (verdict.kind) {
    case Kind::done:
      return Health::good;
    case Kind::refused:
      return verdict.status != 402 && is_about_account(verdict.code) ? Health::bad : Health::good;
    case Kind::unknown:
      // Another request under the same key is on its way: no failure at all.
      return verdict.status == 409 ? Health::neither : Health::bad;
    default:
      return Health::neither;
  }
}

BreakerRules breaker_rules(Nanoseconds max_delay, int attempts) {
  BreakerRules rules;
  rules.first = max_delay / 2;
  rules.longest = max_delay * 10;
  rules.probes = attempts;
  return rules;
}

Breakers::Act Breakers::answered(std::uint32_t index, Health health, SteadyTime now) {
  if (health == Health::neither) return Act::none;
  Account& account = accounts_[index];
  if (account.given_up) return Act::none;
  return health == Health::good ? good(account) : bad(account, now);
}

Breakers::Act Breakers::good(Account& account) {
  ++good_;
  account.row = 0;
  if (!account.open) return Act::none;
  account = Account{};
  return Act::release;
}

Breakers::Act Breakers::bad(Account& account, SteadyTime now) {
  if (account.open) {
    // Sent before it opened.
    if (now < account.until) return Act::none;
    if (++account.in_vain >= rules_.probes) {
      account.given_up = true;
      return Act::give_up;
    }
    return hold(account, now);
  }
  if (++account.row == 1) account.good_at_row = good_;
  if (account.row < rules_.row || good_ == account.good_at_row) return Act::none;
  account.open = true;
  return hold(account, now);
}

Breakers::Act Breakers::hold(Account& account, SteadyTime now) {
  account.pause = account.in_vain == 0 ? rules_.first : std::min(account.pause * 2, rules_.longest);
  account.until = now + account.pause;
  return Act::hold;
}

SteadyTime Breakers::until(std::uint32_t index) const {
  const auto found = accounts_.find(index);
  return found == accounts_.end() ? SteadyTime::min() : found->second.until;
}

bool Breakers::open(std::uint32_t index) const {
  const auto found = accounts_.find(index);
  return found != accounts_.end() && found->second.open;
}

}  // namespace payferry::plan
