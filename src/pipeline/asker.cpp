#include "pipeline/asker.hpp"

#include <random>

#include "pipeline/pushback.hpp"

namespace payferry::pipeline {

using async::Task;
using stripe::Kind;

Asker::Asker(boost::asio::io_context& context, async::Time& time, const settings::Settings& settings,
             stripe::Reader& reader, std::optional<std::uint64_t> most_reads)
    : time_(time),
      reader_(reader),
      api_version_(settings.stripe.api_version),
      attempts_(settings.retry.attempts),
      max_delay_(settings.retry.max_delay),
      most_reads_(most_reads),
      gate_(context, time, throttle::controls_from(settings.limits)),
      random_(std::random_device{}()) {}

throttle::AccountIndex Asker::index_of(const std::string& account) {
  if (account.empty()) return throttle::kPlatform;
  const auto next = static_cast<throttle::AccountIndex>(accounts_.size());
  return accounts_.try_emplace(account, next).first->second;
}

Task<Read> Asker::ask_once(throttle::AccountIndex index, stripe::Query query, SteadyTime not_before) {
  const Endpoint endpoint = query.endpoint;
  Read result;
  const std::uint64_t place = co_await gate_.enter(index, endpoint, not_before);
  if (place == 0) co_return result;
  // Others may have spent the rest while this one waited.
  if (spent()) {
    gate_.leave(place);
    co_return result;
  }
  ++reads_;  // before anything is awaited, so that nobody else takes the last one as well
  Result<stripe::Lease> lease = co_await reader_.connect();
  result.kind = Read::Kind::unknown;
  if (!lease) {
    --reads_;
    gate_.leave(place);
    result.verdict.code = lease.error().message;
    co_return result;
  }
  const stripe::Exchange exchange = co_await reader_.ask(std::move(*lease), std::move(query));
  result.verdict = stripe::classify(endpoint, exchange);
  if (exchange.answer)
    gate_.answered(place, pushback_of(result.verdict));
  else
    gate_.leave(place);
  if (result.verdict.kind == Kind::throttled || result.verdict.kind == Kind::unknown) co_return result;
  gate_.proven(index);
  result.kind = Read::Kind::answered;
  co_return result;
}

Task<Read> Asker::ask(Endpoint endpoint, std::string path, std::string account) {
  const throttle::AccountIndex index = index_of(account);
  SteadyTime not_before = SteadyTime::min();
  int unknown = 0;
  for (int tries = 1;; ++tries) {
    stripe::Query query{endpoint, path, account, api_version_};
    Read result = co_await ask_once(index, std::move(query), not_before);
    if (result.kind != Read::Kind::unknown) co_return result;
    if (result.verdict.kind != Kind::throttled && ++unknown >= attempts_) co_return result;
    not_before =
        time_.clock().steady() + throttle::backoff(tries, throttle::kBackoffBase, max_delay_, random_);
  }
}

}  // namespace payferry::pipeline
