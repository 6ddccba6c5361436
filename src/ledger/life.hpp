#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/words.hpp"

namespace payferry::ledger {

// One request of an item, as far as the ledger remembers it. Bodies and keys are gone once it is settled.
struct PastRequest {
  Step step = Step::clone;
  int generation = 0;
  std::string state;  // open, unsent, unknown, settled
  std::int64_t first_ms = 0;
  std::int64_t last_ms = 0;
  int sends = 0;
  int status = 0;       // HTTP status of the answer that settled it; 0: none did
  std::string verdict;  // what that answer meant
  std::string code;
  std::string message;
  std::string request_id;
  std::int64_t answered_ms = 0;
  int latency_ms = 0;
};

// Where an item's line stood, in which job's present input.
struct PastLine {
  std::string job;
  std::uint64_t line = 0;
};

// The whole life of one item.
struct Life {
  std::string account;
  std::string account_lost;  // why the account is blocked; empty: it is not
  std::string customer;
  std::string payment_method;
  std::string target_customer;
  std::string customer_origin;  // created or reused; empty: there is none yet
  std::string clone_id;
  State state = State::pending;
  Step step = Step::clone;
  std::string reason;
  std::string message;
  std::string request_id;
  int orphans = 0;
  bool adopted = false;
  std::vector<PastLine> lines;
  std::vector<PastRequest> requests;  // in the order in which they were made
};

}  // namespace payferry::ledger
