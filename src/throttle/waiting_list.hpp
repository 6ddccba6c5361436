#pragma once

#include <array>
#include <cstdint>
#include <deque>
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
};

// Who waits, and in which order. Tickets of one (account, endpoint) form a queue, first come first served;
// the queues of one endpoint stand in a ring and take turns, so that an account with a million items does not
// keep one with ten waiting. A queue that cannot go leaves the ring: until a moment (put_off) or until
// something happens to its account (park). So no grant ever walks past accounts that cannot go.
class WaitingList {
 public:
  using Place = std::pair<AccountIndex, Endpoint>;

  // False, and nothing changes, for an id that waits already.
  bool add(const Ticket& ticket, SteadyTime now);
  bool cancel(std::uint64_t id);
  bool empty() const { return tickets_.empty(); }
  std::size_t size() const { return tickets_.size(); }

  // Puts into the rings whatever `now` lets go.
  void admit(SteadyTime now);
  // When admit() will have something to do, and what that waits for.
  std::optional<std::pair<SteadyTime, Cause>> next_admission() const;

  // Whose turn it is at an endpoint.
  std::optional<AccountIndex> front(Endpoint endpoint);
  // Takes the ticket whose turn it is; its account's next one stands at the ring's end.
  Ticket take_front(Endpoint endpoint);
  void park_front(Endpoint endpoint);
  void put_off_front(Endpoint endpoint, SteadyTime until, Cause cause);
  // Something happened to the account: what was parked stands in the rings again.
  void unpark(AccountIndex account);
  // Everything that is parked or put off is looked at again.
  void reconsider_all();

 private:
  enum class Standing : std::uint8_t { out, in_ring, put_off, parked };
  struct Queue {
    std::list<std::uint64_t> ids;
    Standing standing = Standing::out;
  };
  struct Account {
    std::array<Queue, kEndpointCount> queues;
    int parked = 0;
  };
  struct Waiting {
    Ticket ticket;
    bool delayed = false;
    std::list<std::uint64_t>::iterator place;  // in its queue, unless delayed
  };

  Queue& queue_of(Place place);
  std::deque<AccountIndex>& ring(Endpoint endpoint) { return rings_[static_cast<std::size_t>(endpoint)]; }
  void line_up(Waiting& waiting);
  void enter_ring(Place place, Queue& queue);

  std::unordered_map<std::uint64_t, Waiting> tickets_;
  std::unordered_map<AccountIndex, Account> accounts_;
  std::set<std::pair<SteadyTime, std::uint64_t>> delayed_;
  std::multimap<SteadyTime, std::pair<Place, Cause>> put_off_;
  std::array<std::deque<AccountIndex>, kEndpointCount> rings_;
};

}  // namespace payferry::throttle
