#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/words.hpp"
#include "throttle/causes.hpp"
#include "throttle/controls.hpp"
#include "throttle/tier.hpp"
#include "throttle/waiting_list.hpp"
#include "throttle/waits.hpp"

namespace payferry::throttle {

// What was learnt of a ration: where Stripe said that it was too much, and what is used now.
struct Learnt {
  AccountIndex account = kPlatform;  // kPlatform: the platform's own tier
  std::optional<Endpoint> endpoint;  // none: over all endpoints
  double configured = 0;             // requests per second
  double current = 0;
  double refused_at = 0;
};

// Decides which call goes next, and when. Pure: time is handed in, and must not run backwards; nothing is
// waited for here. The owner enqueues tickets, asks next() until it gives none, waits until wake_at() or
// until it changed something itself (enqueue, finished, proven, release, steer), and asks again. A ticket
// that next() gave has been charged and holds a place in flight until finished().
class Throttle {
 public:
  explicit Throttle(Controls controls) : controls_(std::move(controls)) {}

  const Controls& controls() const { return controls_; }
  void steer(Controls controls);

  // False, and nothing happens, if the id waits or is in flight already.
  bool enqueue(const Ticket& ticket, SteadyTime now);
  // Takes back a ticket that waits; false if it does not (any more).
  bool cancel(std::uint64_t id);

  // The ticket that may go now. Accounts take turns at each endpoint. Steps that finish something begun go
  // before new clones, but never more than three in a row while a clone could go: the clone endpoint is the
  // one that a run needs most of.
  std::optional<std::uint64_t> next(SteadyTime now);
  // After next() gave none: when to ask again if nothing happens before; none if only an event can help.
  std::optional<SteadyTime> wake_at(SteadyTime now);
  // The call of a granted ticket has ended, however it ended, or will not be made.
  void finished(std::uint64_t id);

  // An account that has not answered once gets one call at a time: a thousand calls to an account that was
  // closed are a thousand refusals.
  void proven(AccountIndex account);
  // As if it had not answered yet.
  void doubt(AccountIndex account) { accounts_[account].proven = false; }
  // A held account's tickets wait until it is released.
  void hold(AccountIndex account);
  void release(AccountIndex account);

  // An answer said that this was too much.
  void throttled(Endpoint endpoint, AccountIndex account, Pushback reason, SteadyTime now);

  std::size_t waiting() const { return list_.size(); }
  int in_flight() const { return static_cast<int>(flights_.size()); }
  const Waits& waits() const { return waits_; }
  std::string what_throttles(SteadyTime now) const { return waits_.mostly(now); }
  // Everything that was ever pushed back on, also where it has recovered.
  std::vector<Learnt> learnt(SteadyTime now) const;
  // What the platform's tier allows now, in requests per second.
  double global_rate(SteadyTime now) const { return platform_.global().rate(now, controls_.global); }
  double endpoint_rate(Endpoint endpoint, SteadyTime now) const;

 private:
  struct Flight {
    AccountIndex account;
    Endpoint endpoint;
    bool by_account;  // charged to the account's own tier
  };
  struct Account {
    int in_flight = 0;
    bool proven = false;
    bool held = false;
    std::optional<Tier> tier;  // only where limits count by account
  };
  struct Outlook {
    SteadyTime at = kNever;
    Cause cause = Cause::none;
    Endpoint endpoint = Endpoint::clone;
  };

  bool counts_by_account(AccountIndex account) const;
  Tier& tier_of(AccountIndex account);
  bool may_call(AccountIndex index, const Account& account) const;
  bool could_go(Endpoint endpoint, SteadyTime now);
  Ticket grant(Endpoint endpoint, SteadyTime now);
  std::optional<Endpoint> choose(SteadyTime now);
  Outlook look(SteadyTime now);

  Controls controls_;
  WaitingList list_;
  Tier platform_;
  std::unordered_map<AccountIndex, Account> accounts_;
  std::unordered_map<std::uint64_t, Flight> flights_;
  Waits waits_;
  std::size_t turn_ = 0;        // among the endpoints that are not clone
  int clones_passed_over_ = 0;  // grants in a row that went before a clone that could have gone
};

}  // namespace payferry::throttle
