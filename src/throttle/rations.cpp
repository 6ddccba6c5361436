// What each call is rationed by, and what its answer teaches of that.
#include <algorithm>
#include <functional>
#include <string>

#include "throttle/throttle.hpp"

namespace payferry::throttle {

using settings::LimitScope;

namespace {

constexpr Nanoseconds kSizing = std::chrono::milliseconds(100);
constexpr double kClearlyLess = 0.75;  // of an equal share

// Anywhere within a minute, so that not all accounts have their turns together; the same in every worker of a
// version, because they share the account's turns.
Nanoseconds phase_of(const std::string& id) {
  constexpr std::size_t kMinute = 60'000'000;
  return std::chrono::microseconds(std::hash<std::string>{}(id) % kMinute);
}

}  // namespace

void Throttle::introduce(AccountIndex account, const std::string& id) {
  accounts_[account].phase = phase_of(id);
}

bool Throttle::counts_by_account() const {
  if (controls_.scope == LimitScope::learn) return finder_.by_account();
  return controls_.scope == LimitScope::account;
}

bool Throttle::uses_shared(AccountIndex account) const {
  return account == kPlatform || controls_.scope != LimitScope::account;
}

bool Throttle::uses_own(AccountIndex account, const Account& state) const {
  if (account == kPlatform) return false;
  return controls_.scope != LimitScope::platform || state.tier || controls_.accounts.contains(account);
}

Tier& Throttle::own_tier(Account& state) {
  if (!state.tier) state.tier = std::make_unique<Tier>();
  return *state.tier;
}

double Throttle::shared_rate(std::optional<Endpoint> endpoint) const {
  const double stretch = controls_.scope == LimitScope::learn ? finder_.stretch() : 1;
  return stretch * (endpoint ? controls_.rate_of(*endpoint) : controls_.global);
}

Ration Throttle::shared_ration(Endpoint endpoint) const {
  return {shared_rate(std::nullopt), shared_rate(endpoint), in_flight_limit(), controls_.turns};
}

double Throttle::configured_of(AccountIndex account, std::optional<Endpoint> endpoint) const {
  const double for_all = endpoint ? controls_.rate_of(*endpoint) : controls_.global;
  const auto found = controls_.accounts.find(account);
  if (found == controls_.accounts.end()) return for_all;
  return (endpoint ? found->second.endpoint : found->second.global).value_or(for_all);
}

Ration Throttle::own_ration(AccountIndex account, Endpoint endpoint) const {
  const auto found = controls_.accounts.find(account);
  int in_flight = in_flight_limit();
  if (found != controls_.accounts.end() && found->second.in_flight)
    in_flight = part_of(*found->second.in_flight);
  Turns turns = controls_.turns;
  if (const auto known = accounts_.find(account); known != accounts_.end()) turns.zero += known->second.phase;
  return {configured_of(account, std::nullopt), configured_of(account, endpoint), in_flight, turns};
}

// Now and then: it is asked for at every grant.
void Throttle::size_in_flight(SteadyTime now) {
  if (sized_at_ != SteadyTime::min() && now - sized_at_ < kSizing) return;
  sized_at_ = now;
  const double accounts = counts_by_account() ? std::max(1, active_) : 1;
  const double part = accounts * controls_.turns.part();
  const auto rate_of = [&](Endpoint endpoint) { return part * endpoint_rate(endpoint, now); };
  automatic_limit_ = need_.calls(rate_of, part * global_rate(now));
}

void Throttle::answered(std::uint64_t id, std::optional<Pushback> pushback, SteadyTime now) {
  const std::optional<Flight> flight = land(id, now);
  if (!flight) return;
  if (pushback) return refused(*flight, *pushback, now);
  const Ticket& ticket = flight->ticket;
  need_.answered(ticket.endpoint, now - flight->since);
  if (flight->shared) platform_.taken(ticket.endpoint, flight->since);
  if (flight->own) own_tier(accounts_[ticket.account]).taken(ticket.endpoint, flight->since);
}

void Throttle::refused(const Flight& flight, Pushback pushback, SteadyTime now) {
  const Ticket& ticket = flight.ticket;
  if (pushback == Pushback::lock) {
    const auto flying = std::count_if(flights_.begin(), flights_.end(), [&](const auto& other) {
      return other.second.ticket.group == ticket.group;
    });
    if (ticket.group != 0 && !contended_.contains(ticket.group))
      contended_.mark(ticket.group, static_cast<int>(flying));
    return;
  }
  const Refusal refusal{flight.since, pushback};
  if (!flight.shared) return blame_account({refusal}, ticket, now);
  Blame& blame = blames_[is_global(pushback) ? 0 : 1 + static_cast<std::size_t>(ticket.endpoint)];
  const Blame::Whom whom = blame.refused(ticket.account, refusal, now, bears_less(ticket, pushback, now));
  if (blame.refusals().size() == 1) platform_.suspect(ticket.endpoint, pushback);
  if (whom == Blame::Whom::the_account) {
    platform_.clear(ticket.endpoint, pushback);
    return blame_account(blame.refusals(), ticket, now);
  }
  if (controls_.scope == LimitScope::learn && finder_.stretched(refusal.sent)) {
    if (whom == Blame::Whom::everybody) finder_.refused(refusal.sent, now);
    return;
  }
  platform_.pushed_back(ticket.endpoint, pushback, refusal.sent, now, shared_ration(ticket.endpoint));
}

// Whether the account is held by a rate of its own, clearly under its part of what all share.
bool Throttle::bears_less(const Ticket& ticket, Pushback reason, SteadyTime now) const {
  const Account& account = accounts_.at(ticket.account);
  if (!account.tier) return false;
  const bool global = is_global(reason);
  const Meter* meter = global ? &account.tier->global() : account.tier->find(ticket.endpoint);
  if (!meter || !meter->rate_ceiling()) return false;
  const std::optional<Endpoint> which = global ? std::nullopt : std::optional(ticket.endpoint);
  const double shared = global ? global_rate(now) : endpoint_rate(ticket.endpoint, now);
  const double own = meter->rate(now, configured_of(ticket.account, which));
  return active_ > 1 && own * active_ < shared * kClearlyLess;
}

void Throttle::blame_account(const std::vector<Refusal>& refusals, const Ticket& ticket, SteadyTime now) {
  Account& account = accounts_[ticket.account];
  const Ration ration = own_ration(ticket.account, ticket.endpoint);
  for (const Refusal& refusal : refusals)
    own_tier(account).pushed_back(ticket.endpoint, refusal.reason, refusal.sent, now, ration);
}

double Throttle::global_rate(SteadyTime now) const {
  return platform_.global().rate(now, shared_rate(std::nullopt));
}

double Throttle::endpoint_rate(Endpoint endpoint, SteadyTime now) const {
  const double configured = shared_rate(endpoint);
  const Meter* meter = platform_.find(endpoint);
  return meter ? meter->rate(now, configured) : configured;
}

double Throttle::used_part(SteadyTime now) const {
  double used = platform_.global().used_part(now, shared_rate(std::nullopt));
  for (std::size_t at = 0; at < kEndpointCount; ++at) {
    const Endpoint endpoint = static_cast<Endpoint>(at);
    if (const Meter* meter = platform_.find(endpoint))
      used = std::max(used, meter->used_part(now, shared_rate(endpoint)));
  }
  return used;
}

std::vector<Learnt> Throttle::learnt(SteadyTime now) const {
  std::vector<Learnt> all;
  const auto add = [&](AccountIndex account, std::optional<Endpoint> endpoint, const Meter& meter) {
    const double configured = configured_of(account, endpoint);
    if (const std::optional<double> ceiling = meter.rate_ceiling())
      all.push_back(
          {account, endpoint, configured, meter.rate(now, configured), meter.rate_met_at(), *ceiling});
  };
  const auto add_tier = [&](AccountIndex account, const Tier& tier) {
    add(account, std::nullopt, tier.global());
    for (std::size_t at = 0; at < kEndpointCount; ++at)
      if (const Meter* meter = tier.find(static_cast<Endpoint>(at)))
        add(account, static_cast<Endpoint>(at), *meter);
  };
  add_tier(kPlatform, platform_);
  for (const auto& [index, account] : accounts_)
    if (account.tier) add_tier(index, *account.tier);
  return all;
}

void Throttle::restore(AccountIndex index, std::optional<Endpoint> endpoint, double ceiling, Nanoseconds age,
                       SteadyTime now) {
  const double configured = configured_of(index, endpoint);
  if (age >= LearntRate::kForgotten || ceiling >= configured) return;
  if (index == kPlatform) return platform_.restore(endpoint, now, ceiling, age, configured);
  Account& account = accounts_[index];
  own_tier(account).restore(endpoint, now, ceiling, age, configured);
}

}  // namespace payferry::throttle
