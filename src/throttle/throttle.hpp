#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/clock.hpp"
#include "core/words.hpp"
#include "throttle/blame.hpp"
#include "throttle/causes.hpp"
#include "throttle/contended.hpp"
#include "throttle/controls.hpp"
#include "throttle/in_flight.hpp"
#include "throttle/scope_finder.hpp"
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
  SteadyTime met_at;      // when that was
  double refused_at = 0;  // what the limit seemed to be when it was met last
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
  // The call of a granted ticket was not made, or has ended without an answer.
  void finished(std::uint64_t id, SteadyTime now);
  // It was answered; `pushback`: by that it was too much.
  void answered(std::uint64_t id, std::optional<Pushback> pushback, SteadyTime now);

  // An account that has not answered once gets one call at a time: a thousand calls to an account that was
  // closed are a thousand refusals.
  void proven(AccountIndex account);
  // As if it had not answered yet.
  void doubt(AccountIndex account) { accounts_[account].proven = false; }
  // A held account's tickets wait until it is released.
  void hold(AccountIndex account);
  void release(AccountIndex account);

  // Who is behind an index. Until then the account's turns come when every other account's come.
  void introduce(AccountIndex account, const std::string& id);

  // What an earlier run learnt, so long ago.
  void restore(AccountIndex account, std::optional<Endpoint> endpoint, double ceiling, Nanoseconds age,
               SteadyTime now);
  // An earlier run found that limits count by account (limits.scope: learn).
  void restore_by_account() { finder_.restore_by_account(); }
  // Whether limits are taken to count by account: configured so, or found.
  bool counts_by_account() const;
  // Found, that is, not configured (limits.scope: learn).
  bool found_by_account() const { return finder_.by_account(); }

  std::size_t waiting() const { return list_.size() + contended_.waiting(); }
  int in_flight() const { return static_cast<int>(flights_.size()); }
  // How many may be in flight now.
  int in_flight_limit() const {
    return controls_.in_flight == kAutomatic ? automatic_limit_ : part_of(controls_.in_flight);
  }
  const Waits& waits() const { return waits_; }
  std::string what_throttles(SteadyTime now) const { return waits_.mostly(now); }
  // Everything that was ever pushed back on, also where it has recovered.
  std::vector<Learnt> learnt(SteadyTime now) const;
  // What the platform's tier allows all workers together now, in requests per second.
  double global_rate(SteadyTime now) const;
  double endpoint_rate(Endpoint endpoint, SteadyTime now) const;
  // The part of the platform's ration that this worker has used in the last moments, of the one that is used
  // most.
  double used_part(SteadyTime now) const;

 private:
  struct Flight {
    Ticket ticket;
    SteadyTime since;
    bool shared = false;  // charged to the platform's tier
    bool own = false;     // charged to the account's own
  };
  struct Account {
    int waiting = 0;
    int in_flight = 0;
    bool proven = false;
    bool held = false;
    Nanoseconds phase{0};  // so much later than the platform's its turns come
    std::unique_ptr<Tier> tier;
  };
  struct Outlook {
    SteadyTime at = kNever;
    Cause cause = Cause::none;
    Endpoint endpoint = Endpoint::clone;
  };

  struct Choice {
    Endpoint endpoint;
    bool before_a_clone = false;  // that could have gone
  };

  // This worker's of so many calls in flight.
  int part_of(int in_flight) const {
    return std::max(1, static_cast<int>(in_flight * controls_.turns.part()));
  }
  bool uses_shared(AccountIndex account) const;
  bool uses_own(AccountIndex account, const Account& state) const;
  double shared_rate(std::optional<Endpoint> endpoint) const;
  Ration shared_ration(Endpoint endpoint) const;
  Ration own_ration(AccountIndex account, Endpoint endpoint) const;
  double configured_of(AccountIndex account, std::optional<Endpoint> endpoint) const;
  Tier& own_tier(Account& state);

  Gate gate(AccountIndex index, Endpoint endpoint, SteadyTime now);
  bool may_call(AccountIndex index, const Account& account) const;
  bool over_its_share(const Account& account) const;
  bool put_aside_contended(Endpoint endpoint);
  bool could_go(Endpoint endpoint, SteadyTime now);
  Ticket grant(Endpoint endpoint, SteadyTime now);
  std::optional<Choice> choose(SteadyTime now);
  Outlook look(SteadyTime now);
  void count_waiting(AccountIndex account, int change);
  std::optional<Flight> land(std::uint64_t id, SteadyTime now);
  void make_room();
  void size_in_flight(SteadyTime now);

  void refused(const Flight& flight, Pushback pushback, SteadyTime now);
  bool bears_less(const Ticket& ticket, Pushback reason, SteadyTime now) const;
  void blame_account(const std::vector<Refusal>& refusals, const Ticket& ticket, SteadyTime now);

  Controls controls_;
  WaitingList list_;
  Contended contended_;
  Tier platform_;
  ScopeFinder finder_;
  InFlightNeed need_;
  int automatic_limit_ = InFlightNeed::kLeast;
  SteadyTime sized_at_ = SteadyTime::min();
  std::unordered_map<AccountIndex, Account> accounts_;
  std::unordered_map<std::uint64_t, Flight> flights_;
  std::array<Blame, 1 + kEndpointCount> blames_;  // over everything, and for each endpoint
  std::vector<AccountIndex> crowded_;             // parked because they had their share in flight
  int active_ = 0;                                // accounts of which something waits or is in flight
  Waits waits_;
  std::size_t turn_ = 0;        // among the endpoints that are not clone
  int clones_passed_over_ = 0;  // grants in a row that went before a clone that could have gone
};

}  // namespace payferry::throttle
