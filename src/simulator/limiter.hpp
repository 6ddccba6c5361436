#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "simulator/route.hpp"

namespace payferry::simulator {

// Whose limits a call with Stripe-Account counts on; Stripe does not say.
enum class LimitScope { platform, account, none };

// Requests per second and at one time; 0 switches one off. Defaults as documented for live mode.
struct Limits {
  LimitScope scope = LimitScope::platform;
  double global = 100;
  double endpoint = 25;
  // What the bucket of an endpoint holds after a rest; the global one holds as many seconds of its own rate,
  // but not less.
  double burst = 25;
  int concurrency = 0;
  int endpoint_concurrency = 0;
  // Requests per second of single accounts, all endpoints together, whatever the scope; refused with
  // global-rate. Such a bucket holds one second's worth, or one request.
  std::map<std::string, double> accounts = {};
};

// Token buckets and in-flight counts. A request that was let in must be handed back by leave().
class Limiter {
 public:
  explicit Limiter(Limits limits) : limits_(limits) {}

  // The Stripe-Rate-Limited-Reason of a refusal, or nothing: the request is in. Time in microseconds.
  std::optional<std::string> enter(const std::string& account, std::optional<Endpoint> endpoint,
                                   std::int64_t now);
  void leave(const std::string& account, std::optional<Endpoint> endpoint);

  void change(Limits limits) { limits_ = limits; }
  const Limits& limits() const { return limits_; }

 private:
  struct Bucket {
    double tokens = -1;  // full when first seen
    std::int64_t filled = 0;
    int in_flight = 0;
  };
  struct Buckets {
    Bucket global;
    std::array<Bucket, endpoint_count + 1> endpoints;  // the last one for what is no endpoint
  };

  // Of an account with a limit of its own; null for all others.
  Bucket* filled_own(const std::string& account, std::int64_t now);
  std::optional<std::string> enter_scope(const std::string& account, std::optional<Endpoint> endpoint,
                                         std::int64_t now);
  Buckets& of(const std::string& account);
  static void fill(Bucket& bucket, double rate, double most, std::int64_t now);

  Limits limits_;
  std::unordered_map<std::string, Buckets> buckets_;
  std::unordered_map<std::string, Bucket> own_;
};

}  // namespace payferry::simulator
