#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include "core/clock.hpp"
#include "core/words.hpp"
#include "throttle/causes.hpp"
#include "throttle/controls.hpp"

namespace payferry::throttle {

// One call that wants to go. The id is the caller's, and is one of a kind among what waits and what is in
// flight.
struct Ticket {
  std::uint64_t id = 0;
  AccountIndex account = kPlatform;
  Endpoint endpoint = Endpoint::clone;
  SteadyTime not_before = SteadyTime::min();
  std::uint64_t group = 0;  // what it locks at Stripe's side, whatever the account; 0: nothing
};

// Who waits, and in which order. Tickets of one (account, endpoint) form a queue, first come first served;
// the queues of one endpoint stand in rings, one a priority, and take turns in proportion to their weights,
// so that an account with a million items does not keep one with ten waiting. A queue that cannot go leaves
// the ring: until a moment (put_off) or until something happens to its account (park). So no grant ever walks
// past accounts that cannot go.
class WaitingList {
 public:
  using Place = std::pair<AccountIndex, Endpoint>;

  // False, and nothing changes, for an id that waits already.
  bool add(const Ticket& ticket, SteadyTime now);
  // Whose it was; none if it does not wait.
  std::optional<AccountIndex> cancel(std::uint64_t id);
  std::size_t size() const { return tickets_.size(); }

  // Puts into the rings whatever `now` lets go.
  void admit(SteadyTime now);
  // When admit() will have something to do, and what that waits for.
  std::optional<std::pair<SteadyTime, Cause>> next_admission() const;

  // False: nobody stands in its rings, as of most endpoints in most runs.
  bool is_used(Endpoint endpoint) const { return !rings_[static_cast<std::size_t>(endpoint)].empty(); }
  // Whose turn it is at an endpoint.
  std::optional<AccountIndex> front(Endpoint endpoint);
  // Its ticket; only where front() gave one, like the three that follow.
  const Ticket& front_ticket(Endpoint endpoint);
  // Takes the ticket whose turn it is; its account's next one stands at the ring's end.
  Ticket take_front(Endpoint endpoint);
  void park_front(Endpoint endpoint);
  void put_off_front(Endpoint endpoint, SteadyTime until, Cause cause);
  // Something happened to the account: what was parked stands in the rings again.
  void unpark(AccountIndex account);
  // Everything that is parked or put off is looked at again, under these weights and priorities.
  void reconsider_all(const std::unordered_map<AccountIndex, AccountControls>& preferences);

 private:
  enum class Standing : std::uint8_t { out, in_ring, put_off, parked };
  struct Queue {
    std::list<std::uint64_t> ids;
    Standing standing = Standing::out;
    double credit = 0;  // turns that it may still take before the next one's
  };
  struct Account {
    std::array<Queue, kEndpointCount> queues;
    int parked = 0;
    double weight = 1;
    int priority = 0;
  };
  struct Waiting {
    Ticket ticket;
    bool delayed = false;
    std::list<std::uint64_t>::iterator place;  // in its queue, unless delayed
  };

  Queue& queue_of(Place place);
  using Ring = std::deque<AccountIndex>;
  using Rings = std::map<int, Ring, std::greater<>>;  // by priority
  Rings& rings(Endpoint endpoint) { return rings_[static_cast<std::size_t>(endpoint)]; }
  // The first that somebody stands in; only after front() has said so.
  Ring& first_ring(Endpoint endpoint);
  void line_up(Waiting& waiting);
  void enter_ring(Place place, Queue& queue);

  std::unordered_map<std::uint64_t, Waiting> tickets_;
  std::unordered_map<AccountIndex, Account> accounts_;
  std::set<std::pair<SteadyTime, std::uint64_t>> delayed_;
  std::multimap<SteadyTime, std::pair<Place, Cause>> put_off_;
  std::array<Rings, kEndpointCount> rings_;
  std::unordered_map<AccountIndex, AccountControls> preferences_;
};

}  // namespace payferry::throttle
