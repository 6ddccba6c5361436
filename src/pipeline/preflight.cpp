#include "pipeline/preflight.hpp"

#include "plan/request.hpp"

namespace payferry::pipeline {

using async::Task;
using settings::PreflightRule;

namespace {

// A warning is not worth waiting for; a block is worth a second look.
constexpr int kAttemptsToWarn = 1;
constexpr int kAttemptsToBlock = 3;

}  // namespace

Preflight::Preflight(Shared& shared, PreflightRule rule, std::string platform_country,
                     std::vector<std::string> types)
    : shared_(shared),
      rule_(rule),
      platform_country_(std::move(platform_country)),
      types_(std::move(types)) {}

Task<Guarded> Preflight::look(AccountPlace& place, std::int64_t account_id, std::string account) {
  if (reads_ == Reads::trying) co_await wait_for_first();
  if (reads_ == Reads::useless) co_return Guarded::pass;
  const bool first = reads_ == Reads::untried;
  if (first) reads_ = Reads::trying;
  AccountPlace platform;
  platform.index = throttle::kPlatform;
  std::string path = "/v1/accounts/" + plan::percent_encoded(account);
  std::string no_account;
  const int attempts = rule_ == PreflightRule::block ? kAttemptsToBlock : kAttemptsToWarn;
  Read seen = co_await read(shared_, platform, Endpoint::get_account, std::move(path), std::move(no_account),
                            attempts);
  if (first) {
    const bool refused = seen.kind == Read::Kind::answered &&
                         plan::after_account_read(seen.verdict, account) == plan::Seen::nothing;
    reads_ = refused ? Reads::useless : Reads::useful;
    for (async::Alarm* alarm : waiting_) alarm->wake();
  }
  co_return co_await act(place, account_id, std::move(account), std::move(seen));
}

Task<void> Preflight::wait_for_first() {
  const std::unique_ptr<async::Alarm> alarm = shared_.time.make_alarm();
  waiting_.push_back(alarm.get());
  while (reads_ == Reads::trying) co_await alarm->wait_until(SteadyTime::max());
  std::erase(waiting_, alarm.get());
}

Task<Guarded> Preflight::act(AccountPlace& place, std::int64_t account_id, std::string account, Read seen) {
  if (seen.kind == Read::Kind::left) co_return Guarded::left;
  const plan::Seen what = plan::after_account_read(seen.verdict, account);
  if (what == plan::Seen::nothing) co_return go_on_unread(account, seen);
  if (what == plan::Seen::refused) {
    shared_.stop.request(Why::refused,
                         "Stripe refuses the API key (" + seen.verdict.code + "): " + seen.verdict.message);
    co_return Guarded::left;
  }
  if (what == plan::Seen::lost)
    co_return co_await lose(place, account_id, std::move(account), std::move(seen.verdict));
  plan::Readiness readiness =
      plan::judge_account(std::get<stripe::Account>(seen.verdict.object), platform_country_, types_);
  co_return co_await judge(place, account_id, std::move(account), std::move(readiness));
}

Task<Guarded> Preflight::judge(AccountPlace& place, std::int64_t account_id, std::string account,
                               plan::Readiness readiness) {
  for (const plan::Remark& warning : readiness.warnings) shared_.events.remarked(account, warning, false);
  const bool blocks = !readiness.ready() && rule_ == PreflightRule::block;
  if (!readiness.ready()) shared_.events.remarked(account, readiness.not_ready, blocks);
  if (blocks) {
    const bool stored = co_await store_block(account_id, readiness.not_ready);
    place.lost = true;
    co_return stored ? Guarded::blocked : Guarded::left;
  }
  if (!place.lost) co_return Guarded::pass;
  plan::Remark nothing;
  const bool stored = co_await store_block(account_id, std::move(nothing));
  if (!stored) co_return Guarded::left;
  place.lost = false;
  shared_.events.account_found(account);
  co_return Guarded::pass;
}

Task<Guarded> Preflight::lose(AccountPlace& place, std::int64_t account_id, std::string account,
                              stripe::Verdict verdict) {
  place.lost = true;
  plan::Remark why{verdict.code, verdict.message};
  const bool stored = co_await store_block(account_id, std::move(why));
  if (!stored) co_return Guarded::left;
  shared_.events.account_lost(account, verdict);
  co_return Guarded::blocked;
}

Task<bool> Preflight::store_block(std::int64_t account_id, plan::Remark why) {
  const Result<bool> stored =
      co_await shared_.ledger.block_account(account_id, std::move(why.code), std::move(why.message));
  if (!stored) shared_.stop.request(Why::ledger, stored.error().message);
  co_return stored.has_value();
}

Guarded Preflight::go_on_unread(const std::string& account, const Read& seen) {
  std::string message = "the account could not be read before its first item (" + seen.verdict.code +
                        "); it is moved to all the same";
  if (reads_ == Reads::useless) message += ", and no further account is read";
  shared_.events.remarked(account, {"account_unread", std::move(message)}, false);
  return Guarded::pass;
}

}  // namespace payferry::pipeline
