#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_set>
#include <vector>

#include "simulator/endpoints.hpp"
#include "simulator/faults.hpp"
#include "simulator/idempotency.hpp"
#include "simulator/limiter.hpp"
#include "simulator/message.hpp"
#include "simulator/report.hpp"
#include "simulator/store.hpp"

namespace payferry::simulator {

struct WorldOptions {
  StoreOptions store;
  std::string api_key;  // empty: every key of the right mode
  Limits limits;
  bool locks = true;  // a request on a customer refuses others on it while it is being worked on
  double latency_ms = 0;
  double latency_jitter_ms = 0;  // uniform, to both sides
  std::int64_t key_lifetime_s = 24 * 3600;
  std::size_t log_size = 1000;
  std::vector<FaultRule> faults;
  std::function<std::int64_t()> clock;  // microseconds since 1970; the machine's if empty
};

// A request that is being worked on. It holds its place in the limits, its customer's lock and its
// idempotency key until it is finished.
struct Pending {
  Request request;
  std::string path;
  std::optional<Route> route;
  Params params;
  Account* account = nullptr;
  std::string account_header, api_key, key, request_id, version, lock;
  std::uint64_t digest = 0;
  std::int64_t arrived_us = 0;  // since 1970
  std::optional<Fault> fault;
  std::optional<ApiError> refusal;  // decided before execution
  std::shared_ptr<const StoredAnswer> replay;
  bool entered = false;    // counted by the limiter
  bool executing = false;  // holds its key and lock

  std::chrono::microseconds delay{0};  // how long it takes from begin to finish
  Wire early = Wire::answer;           // what happens to the connection at once
};

struct Delivery {
  Wire wire = Wire::answer;
  Response response;
};

// Stripe, as far as a client of these endpoints can tell. Not thread-safe, never sleeps: whoever owns it lets
// `delay` pass between begin and finish. Effects take place in finish. The same options, requests and times
// give the same answers.
class World {
 public:
  explicit World(WorldOptions options);

  Pending begin(Request request);
  Delivery finish(Pending& pending);
  // Both at once, for tests: the delay is not waited for.
  Delivery handle(Request request);

  std::int64_t now_us() const;
  void advance(std::int64_t seconds) { offset_us_ += seconds * 1'000'000; }

  Store& store() { return store_; }
  Limiter& limiter() { return limiter_; }
  FaultPlan& faults() { return faults_; }
  const Counters& counters() const { return counters_; }
  void reset_counters();
  // As if the platform's API key had been rolled: every request is answered 401 api_key_expired.
  void expire_key(bool expired) { key_expired_ = expired; }
  const std::deque<LoggedRequest>& log() const { return log_; }

 private:
  using Refusal = std::optional<ApiError>;
  Refusal admit(Pending& pending);
  Refusal authenticate(Pending& pending) const;
  Refusal find_account(Pending& pending);
  Refusal read_parameters(Pending& pending);
  Refusal inject_before(Pending& pending);
  Refusal claim_key(Pending& pending);
  Refusal take_lock(Pending& pending);
  std::string customer_to_lock(const Pending& pending);
  void choose_delay(Pending& pending);

  StoredAnswer run(Pending& pending);
  StoredAnswer refuse(const ApiError& error, Pending& pending, Response& response);
  void deliver(Pending& pending, Delivery& delivery);
  void note(const Pending& pending, const Delivery& delivery);
  void injected(const Pending& pending);

  WorldOptions options_;
  Store store_;
  Limiter limiter_;
  IdempotencyStore keys_;
  FaultPlan faults_;
  Counters counters_;
  IdMaker request_ids_;
  std::unordered_set<std::string> locked_;
  std::deque<LoggedRequest> log_;
  std::uint64_t sequence_ = 0;
  std::int64_t offset_us_ = 0;
  bool key_expired_ = false;
};

}  // namespace payferry::simulator
