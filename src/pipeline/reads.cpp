#include "pipeline/reads.hpp"

#include <algorithm>

#include "pipeline/health.hpp"
#include "pipeline/pushback.hpp"

namespace payferry::pipeline {

using async::Task;
using stripe::Kind;

namespace {

// A server that has no such page will hardly have it a minute later.
constexpr int kAttemptsNotOffered = 3;

int most_attempts(const stripe::Verdict& verdict, int attempts) {
  return verdict.code == stripe::kNotOffered ? std::min(attempts, kAttemptsNotOffered) : attempts;
}

// One sending. An exchange that never began counts as an unknown answer.
Task<Read> ask_once(Shared& shared, AccountPlace& account, stripe::Query query, SteadyTime not_before) {
  const Endpoint endpoint = query.endpoint;
  const std::string stripe_account = query.account;
  Read result;
  const std::uint64_t place = co_await shared.gate.enter(account.index, endpoint, not_before);
  if (place == 0) co_return result;
  Result<stripe::Lease> lease = co_await shared.client.connect();
  if (!lease) {
    shared.gate.leave(place);
    shared.events.no_connection(lease.error());
    result.kind = Read::Kind::unknown;
    co_return result;
  }
  const stripe::Exchange exchange = co_await shared.client.ask(std::move(*lease), std::move(query));
  result.verdict = stripe::classify(endpoint, exchange);
  if (exchange.answer)
    shared.gate.answered(place, pushback_of(result.verdict));
  else
    shared.gate.leave(place);
  if (exchange.answer) shared.stripe_time.heard(exchange.answer->date);
  shared.events.answered(stripe_account, endpoint, exchange, result.verdict);
  note_health(shared, account, stripe_account, result.verdict);
  const bool decides = result.verdict.kind != Kind::throttled && result.verdict.kind != Kind::unknown;
  result.kind = decides ? Read::Kind::answered : Read::Kind::unknown;
  co_return result;
}

}  // namespace

Task<Read> read(Shared& shared, AccountPlace& account, Endpoint endpoint, std::string path,
                std::string stripe_account, std::optional<int> attempts) {
  SteadyTime not_before = SteadyTime::min();
  int unknown = 0;
  for (int tries = 1;; ++tries) {
    stripe::Query query{endpoint, path, stripe_account, shared.rules.api_version};
    Read result = co_await ask_once(shared, account, std::move(query), not_before);
    if (result.kind != Read::Kind::unknown) co_return result;
    const bool throttled = result.verdict.kind == Kind::throttled;
    if (!throttled && ++unknown >= most_attempts(result.verdict, attempts.value_or(shared.rules.attempts)))
      co_return result;
    not_before = shared.time.clock().steady() +
                 throttle::backoff(tries, throttle::kBackoffBase, shared.max_delay, shared.random);
  }
}

}  // namespace payferry::pipeline
