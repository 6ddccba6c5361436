#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "simulator/errors.hpp"
#include "simulator/route.hpp"

namespace payferry::simulator {

enum class FaultKind {
  // Before the idempotency layer: no effect, nothing stored.
  rate_limit,            // 429; parameter: the reason, `none` for no reason header
  lock_timeout,          // 429 without a request id
  error_500_before,      // 500 without an effect
  error_503,             // 503 without an effect
  idempotency_conflict,  // 409 idempotency_key_in_use
  key_mismatch,          // 400 idempotency_error
  reset_before,          // the connection is reset
  close_before,          // … closed without an answer
  stall_before,          // never answered
  // In execution: stored and replayed.
  error_500_stored,  // no effect
  error_500_after,   // the effect happened
  declined,          // 402 at create_customer (with a payment method) and attach; parameter: the decline code
  refuse,            // any answer; parameter STATUS or STATUS/CODE
  // After the effect, on the way back.
  reset_after,
  close_after,
  truncated,
  garbage,  // 200 whose body is no JSON
  stall,
  late,          // the connection is reset at once, the effect happens so many ms later
  slow,          // answered as ever, so many ms later
  should_retry,  // the answer carries Stripe-Should-Retry: true or false
};

std::string_view name_of(FaultKind kind);

struct Fault {
  FaultKind kind = FaultKind::rate_limit;
  std::int64_t delay_ms = 0;  // slow, late
  std::string reason;         // rate_limit, declined
  bool should_retry = false;  // should_retry
  ApiError answer;            // refuse

  bool before() const;        // refused or cut off before anything of it begins
  bool in_execution() const;  // not on a replay
};

// What a rule can look at.
struct FaultQuery {
  std::string_view method;
  std::optional<Endpoint> endpoint;
  std::string_view account;
  std::string_view target;
  std::string_view body;
};

// When a fault is injected. Empty conditions hold always.
struct FaultRule {
  std::string method, path, step, account, contains;  // path: with {id}; contains: in target or body
  std::uint64_t nth = 1;                              // from the nth matching request on …
  std::uint64_t times = 0;                            // … so many times; 0 for ever
  double probability = 1;
  Fault fault;
  std::uint64_t seen = 0;

  bool matches(const FaultQuery& query) const;
};

// [STEP/]KIND[:PARAMETER]=PROBABILITY. The string says what is wrong with it.
std::variant<FaultRule, std::string> parse_fault_option(std::string_view text);
// {"kind":"reset_after","step":"clone","account":"acct_…","nth":3,"times":1, …}; see --help-faults.
std::variant<FaultRule, std::string> parse_fault_json(std::string_view text);
// One object a line; empty lines and lines with # are skipped.
std::variant<std::vector<FaultRule>, std::string> parse_fault_script(std::string_view text);

class FaultPlan {
 public:
  explicit FaultPlan(std::uint64_t seed) : seed_(seed) {}

  void add(FaultRule rule) { rules_.push_back(std::move(rule)); }
  void clear() { rules_.clear(); }
  // The fault of the first rule that strikes. `sequence` numbers the requests; the draw depends on it and the
  // seed alone.
  std::optional<Fault> pick(const FaultQuery& query, std::uint64_t sequence);

 private:
  std::uint64_t seed_;
  std::vector<FaultRule> rules_;
};

}  // namespace payferry::simulator
