#include "throttle/throttle.hpp"

namespace payferry::throttle {
namespace {

constexpr int kMaxPassedOver = 3;
constexpr std::size_t kOthers = kEndpointCount - 1;
static_assert(static_cast<std::size_t>(Endpoint::clone) == 0, "the others are 1 and up");

}  // namespace

void Throttle::steer(Controls controls) {
  controls_ = std::move(controls);
  list_.reconsider_all();
}

bool Throttle::enqueue(const Ticket& ticket, SteadyTime now) {
  return !flights_.contains(ticket.id) && list_.add(ticket, now);
}

bool Throttle::cancel(std::uint64_t id) {
  return list_.cancel(id);
}

bool Throttle::counts_by_account(AccountIndex account) const {
  return controls_.scope == settings::LimitScope::account && account != kPlatform;
}

Tier& Throttle::tier_of(AccountIndex index) {
  if (!counts_by_account(index)) return platform_;
  std::optional<Tier>& tier = accounts_[index].tier;
  if (!tier) tier.emplace();
  return *tier;
}

bool Throttle::may_call(AccountIndex index, const Account& account) const {
  if (account.held || controls_.skipped.contains(index)) return false;
  return account.proven || account.in_flight == 0 || index == kPlatform;
}

// Afterwards, if true, the ring's front is a ticket that may go; if false, the ring is empty or its
// endpoint's shared ration is used up.
bool Throttle::could_go(Endpoint endpoint, SteadyTime now) {
  while (const std::optional<AccountIndex> index = list_.front(endpoint)) {
    const Gate gate = tier_of(*index).gate(endpoint, now, controls_);
    if (!may_call(*index, accounts_[*index]))
      list_.park_front(endpoint);
    else if (gate.at <= now)
      return true;
    else if (controls_.scope == settings::LimitScope::platform)
      return false;  // nobody else at this endpoint could go either
    else if (gate.at == kNever)
      list_.park_front(endpoint);
    else
      list_.put_off_front(endpoint, gate.at, gate.cause);
  }
  return false;
}

std::optional<Endpoint> Throttle::choose(SteadyTime now) {
  const bool clone_could = could_go(Endpoint::clone, now);
  if (clone_could && clones_passed_over_ >= kMaxPassedOver) return Endpoint::clone;
  for (std::size_t tried = 0; tried < kOthers; ++tried) {
    const std::size_t at = (turn_ + tried) % kOthers;
    const Endpoint endpoint = static_cast<Endpoint>(at + 1);
    if (!could_go(endpoint, now)) continue;
    turn_ = (at + 1) % kOthers;
    return endpoint;
  }
  if (clone_could) return Endpoint::clone;
  return std::nullopt;
}

Ticket Throttle::grant(Endpoint endpoint, SteadyTime now) {
  const Ticket ticket = list_.take_front(endpoint);
  tier_of(ticket.account).take(endpoint, now, controls_);
  ++accounts_[ticket.account].in_flight;
  flights_.emplace(ticket.id, Flight{ticket.account, endpoint, counts_by_account(ticket.account)});
  return ticket;
}

std::optional<std::uint64_t> Throttle::next(SteadyTime now) {
  list_.admit(now);
  if (!controls_.paused && in_flight() < controls_.in_flight) {
    if (const std::optional<Endpoint> endpoint = choose(now)) {
      const bool before_a_clone = *endpoint != Endpoint::clone && could_go(Endpoint::clone, now);
      clones_passed_over_ = before_a_clone ? clones_passed_over_ + 1 : 0;
      waits_.note(now, Cause::none, *endpoint);
      return grant(*endpoint, now).id;
    }
  }
  const Outlook outlook = look(now);
  waits_.note(now, outlook.cause, outlook.endpoint);
  return std::nullopt;
}

Throttle::Outlook Throttle::look(SteadyTime now) {
  if (list_.empty()) return {};
  if (controls_.paused) return {kNever, Cause::paused, Endpoint::clone};
  if (in_flight() >= controls_.in_flight) return {kNever, Cause::in_flight, Endpoint::clone};
  Outlook best{kNever, Cause::account, Endpoint::clone};
  bool in_a_ring = false;
  for (std::size_t at = 0; at < kEndpointCount; ++at) {
    const Endpoint endpoint = static_cast<Endpoint>(at);
    const std::optional<AccountIndex> index = list_.front(endpoint);
    if (!index) continue;
    const Gate gate = tier_of(*index).gate(endpoint, now, controls_);
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

void Throttle::finished(std::uint64_t id) {
  const auto found = flights_.find(id);
  if (found == flights_.end()) return;
  const Flight flight = found->second;
  flights_.erase(found);
  Account& account = accounts_[flight.account];
  --account.in_flight;
  (flight.by_account ? *account.tier : platform_).give_back(flight.endpoint);
  list_.unpark(flight.account);
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

void Throttle::throttled(Endpoint endpoint, AccountIndex account, Pushback reason, SteadyTime now) {
  tier_of(account).pushed_back(endpoint, reason, now, controls_);
}

double Throttle::endpoint_rate(Endpoint endpoint, SteadyTime now) const {
  return platform_.of(endpoint).rate(now, controls_.rate_of(endpoint));
}

std::vector<Learnt> Throttle::learnt(SteadyTime now) const {
  std::vector<Learnt> all;
  const auto add = [&](AccountIndex account, std::optional<Endpoint> endpoint, const Meter& meter) {
    const double configured = endpoint ? controls_.rate_of(*endpoint) : controls_.global;
    if (const std::optional<double> ceiling = meter.rate_ceiling())
      all.push_back({account, endpoint, configured, meter.rate(now, configured), *ceiling});
  };
  const auto add_tier = [&](AccountIndex account, const Tier& tier) {
    add(account, std::nullopt, tier.global());
    for (std::size_t at = 0; at < kEndpointCount; ++at)
      add(account, static_cast<Endpoint>(at), tier.of(static_cast<Endpoint>(at)));
  };
  add_tier(kPlatform, platform_);
  for (const auto& [index, account] : accounts_)
    if (account.tier) add_tier(index, *account.tier);
  return all;
}

}  // namespace payferry::throttle
