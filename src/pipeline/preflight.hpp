#pragma once

#include <string>
#include <vector>

#include "pipeline/account_guard.hpp"
#include "pipeline/reads.hpp"
#include "plan/preflight.hpp"
#include "settings/settings.hpp"

namespace payferry::pipeline {

// One read of an account before anything is written to it: is it there, can it charge what is moved, and is
// it in the platform's country? An account that is not there is blocked at once, one that cannot charge where
// the rule says so; the next run asks anew, and lifts the block of one that is there again.
class Preflight final : public AccountCheck {
 public:
  // `types`: what this run moves.
  Preflight(Shared& shared, settings::PreflightRule rule, std::string platform_country,
            std::vector<std::string> types);

  async::Task<Guarded> look(AccountPlace& place, std::int64_t account_id, std::string account) override;

 private:
  // The first read is alone, and tells whether the key may read accounts at all; one that may not is not made
  // to prove it for every account.
  enum class Reads { untried, trying, useful, useless };

  async::Task<void> wait_for_first();
  async::Task<Guarded> act(AccountPlace& place, std::int64_t account_id, std::string account, Read seen);
  async::Task<Guarded> judge(AccountPlace& place, std::int64_t account_id, std::string account,
                             plan::Readiness readiness);
  async::Task<Guarded> lose(AccountPlace& place, std::int64_t account_id, std::string account,
                            stripe::Verdict verdict);
  async::Task<bool> store_block(std::int64_t account_id, plan::Remark why);
  Guarded go_on_unread(const std::string& account, const Read& seen);

  Shared& shared_;
  const settings::PreflightRule rule_;
  const std::string platform_country_;
  const std::vector<std::string> types_;
  Reads reads_ = Reads::untried;
  std::vector<async::Alarm*> waiting_;  // for the first read
};

}  // namespace payferry::pipeline
