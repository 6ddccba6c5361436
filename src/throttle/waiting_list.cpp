#include "throttle/waiting_list.hpp"

#include <algorithm>

namespace payferry::throttle {

WaitingList::Queue& WaitingList::queue_of(Place place) {
  const auto [found, added] = accounts_.try_emplace(place.first);
  if (added)
    if (const auto wanted = preferences_.find(place.first); wanted != preferences_.end()) {
      found->second.weight = wanted->second.weight;
      found->second.priority = wanted->second.priority;
    }
  return found->second.queues[static_cast<std::size_t>(place.second)];
}

void WaitingList::enter_ring(Place place, Queue& queue) {
  queue.standing = Standing::in_ring;
  rings(place.second)[accounts_.at(place.first).priority].push_back(place.first);
}

WaitingList::Ring& WaitingList::first_ring(Endpoint endpoint) {
  auto at = rings(endpoint).begin();
  while (at->second.empty()) ++at;
  return at->second;
}

void WaitingList::line_up(Waiting& waiting) {
  const Place place{waiting.ticket.account, waiting.ticket.endpoint};
  Queue& queue = queue_of(place);
  waiting.delayed = false;
  waiting.place = queue.ids.insert(queue.ids.end(), waiting.ticket.id);
  if (queue.standing == Standing::out) enter_ring(place, queue);
}

bool WaitingList::add(const Ticket& ticket, SteadyTime now) {
  const auto [at, added] = tickets_.try_emplace(ticket.id);
  if (!added) return false;
  Waiting& waiting = at->second;
  waiting.ticket = ticket;
  waiting.delayed = ticket.not_before > now;
  if (waiting.delayed)
    delayed_.emplace(ticket.not_before, ticket.id);
  else
    line_up(waiting);
  return true;
}

std::optional<AccountIndex> WaitingList::cancel(std::uint64_t id) {
  const auto found = tickets_.find(id);
  if (found == tickets_.end()) return std::nullopt;
  const Waiting& waiting = found->second;
  const AccountIndex account = waiting.ticket.account;
  if (waiting.delayed)
    delayed_.erase({waiting.ticket.not_before, id});
  else
    queue_of({account, waiting.ticket.endpoint}).ids.erase(waiting.place);
  tickets_.erase(found);
  return account;
}

void WaitingList::admit(SteadyTime now) {
  while (!delayed_.empty() && delayed_.begin()->first <= now) {
    line_up(tickets_.at(delayed_.begin()->second));
    delayed_.erase(delayed_.begin());
  }
  while (!put_off_.empty() && put_off_.begin()->first <= now) {
    const Place place = put_off_.begin()->second.first;
    put_off_.erase(put_off_.begin());
    enter_ring(place, queue_of(place));
  }
}

std::optional<std::pair<SteadyTime, Cause>> WaitingList::next_admission() const {
  const bool later_is_put_off =
      !put_off_.empty() && (delayed_.empty() || put_off_.begin()->first <= delayed_.begin()->first);
  if (later_is_put_off) return std::pair{put_off_.begin()->first, put_off_.begin()->second.second};
  if (!delayed_.empty()) return std::pair{delayed_.begin()->first, Cause::not_before};
  return std::nullopt;
}

std::optional<AccountIndex> WaitingList::front(Endpoint endpoint) {
  for (auto& [priority, ring] : rings(endpoint)) {
    while (!ring.empty()) {
      Account& account = accounts_.at(ring.front());
      Queue& queue = account.queues[static_cast<std::size_t>(endpoint)];
      if (queue.ids.empty()) {  // its tickets were cancelled
        queue.standing = Standing::out;
        ring.pop_front();
        continue;
      }
      if (queue.credit < 1) queue.credit += account.weight;
      if (queue.credit >= 1) return ring.front();
      ring.push_back(ring.front());
      ring.pop_front();
    }
  }
  return std::nullopt;
}

const Ticket& WaitingList::front_ticket(Endpoint endpoint) {
  return tickets_.at(queue_of({first_ring(endpoint).front(), endpoint}).ids.front()).ticket;
}

Ticket WaitingList::take_front(Endpoint endpoint) {
  Ring& turns = first_ring(endpoint);
  const Place place{turns.front(), endpoint};
  Queue& queue = queue_of(place);
  const auto taken = tickets_.find(queue.ids.front());
  const Ticket ticket = taken->second.ticket;
  tickets_.erase(taken);
  queue.ids.pop_front();
  queue.credit -= 1;
  if (queue.ids.empty()) {
    turns.pop_front();
    queue.standing = Standing::out;
    queue.credit = std::min(queue.credit, 0.0);
  } else if (queue.credit < 1) {
    turns.pop_front();
    turns.push_back(place.first);
  }
  return ticket;
}

void WaitingList::park_front(Endpoint endpoint) {
  Ring& turns = first_ring(endpoint);
  Account& account = accounts_.at(turns.front());
  account.queues[static_cast<std::size_t>(endpoint)].standing = Standing::parked;
  ++account.parked;
  turns.pop_front();
}

void WaitingList::put_off_front(Endpoint endpoint, SteadyTime until, Cause cause) {
  Ring& turns = first_ring(endpoint);
  const Place place{turns.front(), endpoint};
  queue_of(place).standing = Standing::put_off;
  put_off_.emplace(until, std::pair{place, cause});
  turns.pop_front();
}

void WaitingList::unpark(AccountIndex index) {
  const auto found = accounts_.find(index);
  if (found == accounts_.end() || found->second.parked == 0) return;
  Account& account = found->second;
  account.parked = 0;
  for (std::size_t at = 0; at < kEndpointCount; ++at)
    if (account.queues[at].standing == Standing::parked)
      enter_ring({index, static_cast<Endpoint>(at)}, account.queues[at]);
}

void WaitingList::reconsider_all(const std::unordered_map<AccountIndex, AccountControls>& preferences) {
  preferences_ = preferences;
  for (auto& [index, account] : accounts_) {
    const auto wanted = preferences_.find(index);
    account.weight = wanted == preferences_.end() ? 1 : wanted->second.weight;
    account.priority = wanted == preferences_.end() ? 0 : wanted->second.priority;
  }
  for (std::size_t at = 0; at < kEndpointCount; ++at) {
    const Endpoint endpoint = static_cast<Endpoint>(at);
    for (auto& [priority, ring] : std::exchange(rings(endpoint), {}))
      for (const AccountIndex index : ring) enter_ring({index, endpoint}, queue_of({index, endpoint}));
  }
  for (const auto& [until, what] : put_off_) enter_ring(what.first, queue_of(what.first));
  put_off_.clear();
  for (const auto& [index, account] : accounts_) unpark(index);
}

}  // namespace payferry::throttle
