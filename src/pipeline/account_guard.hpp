#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/move.hpp"

namespace payferry::pipeline {

// May the items of an account move?
enum class Guarded {
  pass,
  blocked,  // not in this run: whoever says so has stored why with the account
  left,     // the run stops, or Stripe does not tell now: another run asks again
};

// Something to be looked at once per account and run, before the first of its items moves.
class AccountCheck {
 public:
  virtual ~AccountCheck() = default;
  virtual async::Task<Guarded> look(AccountPlace& place, std::int64_t account_id, std::string account) = 0;
};

// What happens once per account before its first item moves: a list of checks, in order; the first that does
// not pass ends it. Runs in the lane that comes first; the account's other lanes wait for it, other accounts
// go on.
class AccountGuard {
 public:
  explicit AccountGuard(Shared& shared) : shared_(shared) {}

  void add(std::unique_ptr<AccountCheck> check) { checks_.push_back(std::move(check)); }
  async::Task<Guarded> admit(AccountPlace& place, std::int64_t account_id, std::string account);
  // Where it was left, because the account was skipped, the next lane asks again.
  void ask_again(std::int64_t account_id);

 private:
  struct Answer {
    std::optional<Guarded> given;
    std::vector<async::Alarm*> waiting;
  };

  async::Task<Guarded> look(AccountPlace& place, std::int64_t account_id, std::string account);
  async::Task<Guarded> wait_for(Answer& answer);

  Shared& shared_;
  std::vector<std::unique_ptr<AccountCheck>> checks_;
  std::unordered_map<std::int64_t, Answer> answers_;  // by account id
};

}  // namespace payferry::pipeline
