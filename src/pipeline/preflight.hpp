#pragma once

#include <string>
#include <vector>

#include "pipeline/account_guard.hpp"
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
  async::Task<Guarded> judge(AccountPlace& place, std::int64_t account_id, std::string account,
                             plan::Readiness readiness);
  async::Task<Guarded> lose(AccountPlace& place, std::int64_t account_id, std::string account,
                            stripe::Verdict verdict);
  async::Task<bool> store_block(std::int64_t account_id, plan::Remark why);
  Guarded go_on_unread(const std::string& account, const stripe::Verdict& verdict);

  Shared& shared_;
  const settings::PreflightRule rule_;
  const std::string platform_country_;
  const std::vector<std::string> types_;
  int read_ = 0;
  int unread_ = 0;
};

}  // namespace payferry::pipeline
