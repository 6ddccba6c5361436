#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/words.hpp"
#include "ledger/reader.hpp"
#include "report/series.hpp"

// What report.html tells, counted from a ledger in memory that does not grow with the input.
namespace payferry::report {

struct AccountFacts {
  std::string account;
  std::string lost_code;
  std::array<std::uint64_t, kStates.size()> by_state{};

  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const std::uint64_t n : by_state) sum += n;
    return sum;
  }
};

// One code that stands for entries that did not get through, or not yet.
struct Trouble {
  std::string state;  // failed, blocked, rejected or pending
  std::string code;
  std::string step;  // where it failed; empty where that says nothing
  std::uint64_t count = 0;
  std::string request_id;  // of one of them, for Stripe's support
};

struct PageFacts {
  std::string job;
  std::string ledger_file;
  std::string platform;
  Mode mode = Mode::test;
  Outcome outcome = Outcome::unfinished;
  std::string reason;
  bool running = false;
  std::int64_t now_ms = 0;
  ledger::Tally tally;

  std::vector<AccountFacts> accounts;  // the largest first
  std::vector<Trouble> troubles;       // the most first
  std::uint64_t bank_accounts = 0;     // clones of US bank accounts
  bool authorised = false;             // somebody vouches for those
  std::optional<TimeSeries> answers;   // kinds: 0 done, 1 refused; none: no request was answered
  std::array<Durations, kSteps.size()> latencies;
  std::uint64_t clones = 0;  // answered clone requests that were done

  std::vector<ledger::RunRecord> runs;  // the newest kMostRuns, the first one first
  std::uint64_t earlier_runs = 0;
  std::map<std::string, std::uint64_t> requests;  // by endpoint, over all runs of the input
  std::uint64_t rate_limited = 0;
  std::map<std::string, std::uint64_t> warnings;  // by code, as the runs noted them
};

inline constexpr std::size_t kMostRuns = 50;

// Fills everything from `accounts` on.
void count_facts(ledger::Reader& reader, std::int64_t input, PageFacts& facts);

}  // namespace payferry::report
