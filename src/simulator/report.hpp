#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <map>
#include <string>

#include "simulator/faults.hpp"
#include "simulator/json.hpp"
#include "simulator/route.hpp"
#include "simulator/store.hpp"

namespace payferry::simulator {

// The most events that any window of one second held. Time in microseconds, never backwards.
class SecondWindow {
 public:
  void add(std::int64_t now);
  std::size_t most() const { return most_; }

 private:
  std::deque<std::int64_t> times_;
  std::size_t most_ = 0;
};

// One line of the request log.
struct LoggedRequest {
  std::int64_t arrived_us = 0, answered_us = 0;  // since 1970
  std::string method, target, account, key, masked_api_key, version, user_agent, body, request_id, fault;
  int status = 0;  // 0: no answer reached the client
  bool replayed = false;
};

// What the simulator saw, counted as it happens.
struct Counters {
  struct PerEndpoint {
    std::map<int, std::uint64_t> by_status;  // as decided, even if the answer was then lost
    std::uint64_t requests = 0;
    std::uint64_t writes = 0;  // successful effects
    SecondWindow window;
  };

  std::array<PerEndpoint, endpoint_count + 1> endpoints;  // the last one for what is no endpoint
  SecondWindow window;
  std::uint64_t clones = 0;
  std::uint64_t idempotent_replays = 0;
  std::uint64_t key_mismatches = 0;
  std::uint64_t keys_in_use = 0;
  std::uint64_t lock_timeouts = 0;
  std::uint64_t posts_without_account = 0;
  std::uint64_t posts_without_key = 0;
  std::map<std::string, std::uint64_t> rate_limited;       // by reason, injected ones included
  std::map<std::string, std::uint64_t> faults;             // by kind, those that took place
  std::map<std::string, std::uint64_t> customers_created;  // by account

  static std::size_t index(std::optional<Endpoint> endpoint) {
    return endpoint ? static_cast<std::size_t>(*endpoint) : endpoint_count;
  }
  PerEndpoint& of(std::optional<Endpoint> endpoint) { return endpoints[index(endpoint)]; }
  const PerEndpoint& of(std::optional<Endpoint> endpoint) const { return endpoints[index(endpoint)]; }
};

// Counters, and a judgement of the present state: duplicates, orphans, clones on the wrong customer.
std::string report_body(const Store& store, const Counters& counters);
// One line per attached clone: account, customer, source customer, clone, original, default.
std::string attached_lines(const Store& store);
std::string request_log_body(const std::deque<LoggedRequest>& log);

}  // namespace payferry::simulator
