#pragma once

#include <cstdint>
#include <string>

#include "core/words.hpp"

// What reports count, row by row.
namespace payferry::ledger {

// A request for an item that an input names, and the answer that settled it.
struct PastAnswer {
  Step step = Step::clone;
  int sends = 0;
  std::int64_t answered_ms = 0;  // 0: not settled by an answer
  bool done = false;             // otherwise it was refused
  int latency_ms = 0;
};

// One entry of an input that became an item, as reports count it.
struct EntryEnd {
  std::int64_t account = 0;  // the ledger's number of it
  State state = State::pending;
  Step step = Step::clone;
  std::string reason;
  std::string request_id;
  bool is_bank_account = false;  // us_bank_account, by Stripe's answer
};

struct AccountName {
  std::int64_t id = 0;
  std::string account;
  std::string lost_code;  // why it is blocked; empty: it is not
};

}  // namespace payferry::ledger
