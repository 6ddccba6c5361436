#include "simulator/limiter.hpp"

#include <algorithm>

namespace payferry::simulator {
namespace {

std::size_t index_of(std::optional<Endpoint> endpoint) {
  return endpoint ? static_cast<std::size_t>(*endpoint) : endpoint_count;
}

}  // namespace

Limiter::Buckets& Limiter::of(const std::string& account) {
  return buckets_[limits_.scope == LimitScope::account ? account : std::string()];
}

void Limiter::fill(Bucket& bucket, double rate, double most, std::int64_t now) {
  if (bucket.tokens < 0) {
    bucket.tokens = most;
  } else {
    bucket.tokens = std::min(most, bucket.tokens + rate * static_cast<double>(now - bucket.filled) / 1e6);
  }
  bucket.filled = now;
}

Limiter::Bucket* Limiter::filled_own(const std::string& account, std::int64_t now) {
  const auto limit = limits_.accounts.find(account);
  if (limit == limits_.accounts.end()) return nullptr;
  Bucket& bucket = own_[account];
  fill(bucket, limit->second, std::max(1.0, limit->second), now);
  return &bucket;
}

std::optional<std::string> Limiter::enter(const std::string& account, std::optional<Endpoint> endpoint,
                                          std::int64_t now) {
  Bucket* own = filled_own(account, now);
  if (own && own->tokens < 1) return "global-rate";
  if (auto refused = enter_scope(account, endpoint, now)) return refused;
  if (own) own->tokens -= 1;
  return std::nullopt;
}

std::optional<std::string> Limiter::enter_scope(const std::string& account, std::optional<Endpoint> endpoint,
                                                std::int64_t now) {
  if (limits_.scope == LimitScope::none) return std::nullopt;
  Buckets& buckets = of(account);
  Bucket& global = buckets.global;
  Bucket& own = buckets.endpoints[index_of(endpoint)];
  const double seconds = limits_.endpoint > 0 ? limits_.burst / limits_.endpoint : 1;
  const double burst = std::max(1.0, limits_.burst);
  fill(global, limits_.global, std::max(burst, seconds * limits_.global), now);
  fill(own, limits_.endpoint, burst, now);
  if (limits_.concurrency > 0 && global.in_flight >= limits_.concurrency) return "global-concurrency";
  if (limits_.endpoint_concurrency > 0 && own.in_flight >= limits_.endpoint_concurrency)
    return "endpoint-concurrency";
  if (limits_.endpoint > 0 && own.tokens < 1) return "endpoint-rate";
  if (limits_.global > 0 && global.tokens < 1) return "global-rate";
  global.tokens -= 1;
  own.tokens -= 1;
  ++global.in_flight;
  ++own.in_flight;
  return std::nullopt;
}

void Limiter::leave(const std::string& account, std::optional<Endpoint> endpoint) {
  if (limits_.scope == LimitScope::none) return;
  Buckets& buckets = of(account);
  buckets.global.in_flight = std::max(0, buckets.global.in_flight - 1);
  int& own = buckets.endpoints[index_of(endpoint)].in_flight;
  own = std::max(0, own - 1);
}

}  // namespace payferry::simulator
