#include "throttle/throttle.hpp"

#include <algorithm>

namespace payferry::throttle {
namespace {

constexpr int kMaxPassedOver = 3;
constexpr std::size_t kOthers = kEndpointCount - 1;
static_assert(static_cast<std::size_t>(Endpoint::clone) == 0, "the others are 1 and up");

}  // namespace

void Throttle::steer(Controls controls) {
  controls_ = std::move(controls);
  crowded_.clear();
  list_.reconsider_all(controls_.accounts);
}

void Throttle::count_waiting(AccountIndex index, int change) {
  Account& account = accounts_[index];
  const bool was_active = account.waiting + account.in_flight > 0;
  account.waiting += change;
  const bool is_active = account.waiting + account.in_flight > 0;
  active_ += static_cast<int>(is_active) - static_cast<int>(was_active);
}

bool Throttle::enqueue(const Ticket& ticket, SteadyTime now) {
  if (flights_.contains(ticket.id) || contended_.holds(ticket.id) || !list_.add(ticket, now)) return false;
  count_waiting(ticket.account, 1);
  return true;
}

bool Throttle::cancel(std::uint64_t id) {
  std::optional<AccountIndex> account = list_.cancel(id);
  if (!account) account = contended_.cancel(id);
  if (account) count_waiting(*account, -1);
  return account.has_value();
}

bool Throttle::may_call(AccountIndex index, const Account& account) const {
  if (account.held || controls_.skipped.contains(index)) return false;
  return account.proven || account.in_flight == 0 || index == kPlatform;
}

// An account whose answers take long has much in flight. It may have as much as its rate asks for, while half
// of the places are free; the other half is for those that have less than an equal share.
bool Throttle::over_its_share(const Account& account) const {
  const int limit = in_flight_limit();
  return active_ > 1 && 2 * in_flight() >= limit && account.in_flight >= std::max(1, limit / active_);
}

Gate Throttle::gate(AccountIndex index, Endpoint endpoint, SteadyTime now) {
  Gate gate{now, Cause::none};
  if (uses_shared(index)) gate = platform_.gate(endpoint, now, shared_ration(endpoint));
  Account& account = accounts_[index];
  if (!uses_own(index, account)) return gate;
  const Gate own = own_tier(account).gate(endpoint, now, own_ration(index, endpoint));
  return own.at > gate.at ? own : gate;
}

// Moves the front ticket aside if another of its group is under way.
bool Throttle::put_aside_contended(Endpoint endpoint) {
  const std::uint64_t group = list_.front_ticket(endpoint).group;
  if (group == 0 || !contended_.busy(group)) return false;
  contended_.wait(list_.take_front(endpoint));
  return true;
}

// Afterwards, if true, the ring's front is a ticket that may go; if false, the ring is empty or its
// endpoint's shared ration is used up.
bool Throttle::could_go(Endpoint endpoint, SteadyTime now) {
  std::optional<Gate> shared;
  while (const std::optional<AccountIndex> index = list_.front(endpoint)) {
    const bool by_shared = uses_shared(*index);
    if (by_shared && !shared) shared = platform_.gate(endpoint, now, shared_ration(endpoint));
    const bool everybody_waits = controls_.scope != settings::LimitScope::account && shared->at > now;
    if (everybody_waits) return false;
    Account& account = accounts_[*index];
    if (!may_call(*index, account)) {
      list_.park_front(endpoint);
    } else if (over_its_share(account)) {
      crowded_.push_back(*index);
      list_.park_front(endpoint);
    } else if (const Gate gate = this->gate(*index, endpoint, now); gate.at == kNever) {
      list_.park_front(endpoint);
    } else if (gate.at > now) {
      list_.put_off_front(endpoint, gate.at, gate.cause);
    } else if (!put_aside_contended(endpoint)) {
      return true;
    }
  }
  return false;
}

std::optional<Throttle::Choice> Throttle::choose(SteadyTime now) {
  const bool clone_could = could_go(Endpoint::clone, now);
  if (clone_could && clones_passed_over_ >= kMaxPassedOver) return Choice{Endpoint::clone};
  for (std::size_t tried = 0; tried < kOthers; ++tried) {
    const std::size_t at = (turn_ + tried) % kOthers;
    const Endpoint endpoint = static_cast<Endpoint>(at + 1);
    if (!list_.is_used(endpoint) || !could_go(endpoint, now)) continue;
    turn_ = (at + 1) % kOthers;
    return Choice{endpoint, clone_could};
  }
  if (clone_could) return Choice{Endpoint::clone};
  return std::nullopt;
}

Ticket Throttle::grant(Endpoint endpoint, SteadyTime now) {
  const Ticket ticket = list_.take_front(endpoint);
  Account& account = accounts_[ticket.account];
  const Flight flight{ticket, now, uses_shared(ticket.account), uses_own(ticket.account, account)};
  if (flight.shared) platform_.take(endpoint, now, shared_ration(endpoint));
  if (flight.own) own_tier(account).take(endpoint, now, own_ration(ticket.account, endpoint));
  --account.waiting;
  ++account.in_flight;
  if (ticket.group != 0) contended_.granted(ticket.group);
  blames_[0].granted(ticket.account);
  blames_[1 + static_cast<std::size_t>(endpoint)].granted(ticket.account);
  if (controls_.scope == settings::LimitScope::learn && ticket.account != kPlatform) {
    const double part = controls_.turns.part();
    finder_.granted(0, part * controls_.global, now);
    finder_.granted(1 + static_cast<std::size_t>(endpoint), part * controls_.rate_of(endpoint), now);
  }
  flights_.emplace(ticket.id, flight);
  return ticket;
}

std::optional<std::uint64_t> Throttle::next(SteadyTime now) {
  list_.admit(now);
  size_in_flight(now);
  if (!controls_.paused && in_flight() < in_flight_limit()) {
    if (const std::optional<Choice> choice = choose(now)) {
      clones_passed_over_ = choice->before_a_clone ? clones_passed_over_ + 1 : 0;
      waits_.note(now, Cause::none, choice->endpoint);
      return grant(choice->endpoint, now).id;
    }
  }
  const Outlook outlook = look(now);
  waits_.note(now, outlook.cause, outlook.endpoint);
  return std::nullopt;
}

Throttle::Outlook Throttle::look(SteadyTime now) {
  if (waiting() == 0) return {};
  if (controls_.paused) return {kNever, Cause::paused, Endpoint::clone};
  if (in_flight() >= in_flight_limit()) return {kNever, Cause::in_flight, Endpoint::clone};
  Outlook best{kNever, crowded_.empty() ? Cause::account : Cause::in_flight, Endpoint::clone};
  bool in_a_ring = false;
  for (std::size_t at = 0; at < kEndpointCount; ++at) {
    const Endpoint endpoint = static_cast<Endpoint>(at);
    if (!list_.is_used(endpoint)) continue;
    const std::optional<AccountIndex> index = list_.front(endpoint);
    if (!index) continue;
    const Gate gate = this->gate(*index, endpoint, now);
    if (!in_a_ring || gate.at < best.at) best = {gate.at, gate.cause, endpoint};
    in_a_ring = true;
  }
  if (const auto admission = list_.next_admission()) {
    // What stands in a ring is held by its ration, whatever else waits for a moment of its own.
    if (!in_a_ring) best.cause = admission->second;
    best.at = std::min(best.at, admission->first);
  }
  return best;
}

std::optional<SteadyTime> Throttle::wake_at(SteadyTime now) {
  const Outlook outlook = look(now);
  if (outlook.at == kNever) return std::nullopt;
  return outlook.at;
}

void Throttle::make_room() {
  if (crowded_.empty() || 2 * in_flight() >= in_flight_limit()) return;
  for (const AccountIndex index : crowded_) list_.unpark(index);
  crowded_.clear();
}

std::optional<Throttle::Flight> Throttle::land(std::uint64_t id, SteadyTime now) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return std::nullopt;
  const Flight flight = found->second;
  flights_.erase(found);
  const AccountIndex index = flight.ticket.account;
  Account& account = accounts_[index];
  --account.in_flight;
  if (account.in_flight + account.waiting == 0) --active_;
  if (flight.shared) platform_.give_back(flight.ticket.endpoint);
  if (flight.own) own_tier(account).give_back(flight.ticket.endpoint);
  if (flight.ticket.group != 0)
    if (const std::optional<Ticket> next = contended_.finished(flight.ticket.group)) list_.add(*next, now);
  list_.unpark(index);
  make_room();
  return flight;
}

void Throttle::finished(std::uint64_t id, SteadyTime now) {
  land(id, now);
}

void Throttle::proven(AccountIndex index) {
  Account& account = accounts_[index];
  if (account.proven) return;
  account.proven = true;
  list_.unpark(index);
}

void Throttle::hold(AccountIndex account) {
  accounts_[account].held = true;
}

void Throttle::release(AccountIndex account) {
  accounts_[account].held = false;
  list_.unpark(account);
}

}  // namespace payferry::throttle
