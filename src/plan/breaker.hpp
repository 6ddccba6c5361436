#pragma once

#include <cstdint>
#include <unordered_map>

#include "core/clock.hpp"
#include "stripe/verdict.hpp"

// Spares an account that does not work while others do.
namespace payferry::plan {

// What an answer says about its account's health, whatever it says about the item.
enum class Health {
  good,     // it works: a success, or a refusal that is about the item (402, resource_missing, …)
  bad,      // no usable answer (5xx, a time limit, something unreadable), or a refusal about the account
  neither,  // somebody else's business: rate limits, locks, keys; a lost account is closed elsewhere
};
Health health_of(const stripe::Verdict& verdict);

// When breakers open, and how they probe.
struct BreakerRules {
  int row = 10;            // bad answers of one account in a row
  Nanoseconds first{0};    // the first pause; doubles with every probe in vain
  Nanoseconds longest{0};  // the longest pause
  int probes = 8;          // probes in vain after which the account is left for this run
};

// Half of retry.max_delay to ten times of it: 30 s to 10 min by default. `attempts`: retry.attempts.
BreakerRules breaker_rules(Nanoseconds max_delay, int attempts);

// One breaker an account. A row of bad answers opens it, but only if another account was answered well since
// the row began: what all accounts suffer is an outage, for which there are back-off, parking and run.outage,
// and after which every account should go on at once. An open one lets a single probe through after each
// pause; a good answer closes it.
class Breakers {
 public:
  enum class Act {
    none,
    hold,     // nothing to this account until until(); then one request at a time
    release,  // it works again
    give_up,  // leave the account for this run
  };

  explicit Breakers(BreakerRules rules) : rules_(rules) {}

  Act answered(std::uint32_t account, Health health, SteadyTime now);
  // Of an account that is held.
  SteadyTime until(std::uint32_t account) const;
  bool open(std::uint32_t account) const;

 private:
  struct Account {
    int row = 0;
    std::uint64_t good_at_row = 0;  // good answers of all accounts when the row began
    bool open = false;
    bool given_up = false;
    int in_vain = 0;
    Nanoseconds pause{0};
    SteadyTime until{};
  };

  Act good(Account& account);
  Act bad(Account& account, SteadyTime now);
  Act hold(Account& account, SteadyTime now);

  BreakerRules rules_;
  std::unordered_map<std::uint32_t, Account> accounts_;
  std::uint64_t good_ = 0;
};

}  // namespace payferry::plan
