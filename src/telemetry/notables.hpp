#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/words.hpp"

// What a person wants to see of a run besides its counts. All of it is bounded, and none of it tells of
// people: codes and ids, no messages.
namespace payferry::telemetry {

// An answer that was no success and no rate limit.
struct SeenError {
  std::int64_t at_ms = 0;
  std::string account;  // that was asked about; empty: the platform
  Endpoint endpoint = Endpoint::clone;
  std::string meaning;  // to_string(AnswerClass)
  std::string code;     // Stripe's, or why there was no answer
  std::string request_id;
};

struct TroubledAccount {
  std::string account;
  std::string state;  // lost | blocked | held | left
  std::string code;
  std::int64_t since_ms = 0;
};

// What somebody changed by hand.
struct SteeredChange {
  std::int64_t at_ms = 0;
  std::string who;
  std::string what;
  std::string account;
  std::string before;
  std::string after;
};

// Counters of this run at a moment of it.
struct Sample {
  double seconds = 0;  // since it began
  std::uint64_t ended = 0;
  std::uint64_t failed = 0;
  std::uint64_t requests = 0;
  std::uint64_t rate_limited = 0;
  int in_flight = 0;
};

struct Notables {
  static constexpr std::size_t kMostErrors = 20;
  static constexpr std::size_t kMostAccounts = 50;
  static constexpr std::size_t kMostChanges = 50;
  static constexpr std::size_t kMostSamples = 240;

  std::vector<SeenError> errors;          // the newest, oldest first
  std::vector<TroubledAccount> accounts;  // the first that got into trouble and still are
  std::vector<SteeredChange> changes;     // the newest, oldest first
  std::vector<Sample> history;            // over the whole run, ever farther apart

  void saw(SeenError error);
  // Replaces what was said of the account before.
  void in_trouble(TroubledAccount account);
  void recovered(const std::string& account);
  void steered(SteeredChange change);
  // Takes it where the last one is long enough ago.
  void sample(const Sample& now);

 private:
  double apart_ = 1;
};

}  // namespace payferry::telemetry
