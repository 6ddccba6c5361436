#include <fmt/format.h>

#include "pipeline/run.hpp"

// A run that takes back what earlier ones have moved: the same contact, lanes, limits and protocol, but the
// items are those that the ledger chooses, and nothing is read.
namespace payferry::pipeline {

using async::Task;

Task<Ending> Run::roll_back() {
  ledger::RollbackFilter filter = *options_.roll_back;
  begin_record(filter.input);
  const Result<ledger::Tally> before = co_await ledger_->tally(filter.input);
  if (!before) co_return Ending{Outcome::ledger, before.error().message};
  monitor_.counted_earlier(*before);
  const Result<std::vector<ledger::AccountState>> accounts =
      co_await ledger_->begin_rollback(std::move(filter));
  if (!accounts) co_return Ending{Outcome::ledger, accounts.error().message};
  const Result<ledger::RollbackTally> chosen = co_await ledger_->tally_rollback();
  if (!chosen) co_return Ending{Outcome::ledger, chosen.error().message};
  monitor_.takes_back(chosen->attached);
  log_.info("rollback_started",
            {{"job", settings_.job}, {"mode", to_string(settings_.mode)}, {"attached", chosen->attached}});
  co_await note(nullptr);
  Selection chosen_ones;
  chosen_ones.attached = true;
  chosen_ones.spare_used = options_.spare_used;
  feeder_ = std::make_unique<Feeder>(context_, *shared_, std::move(chosen_ones), window());
  moving_ = true;
  for (const ledger::AccountState& account : *accounts)
    if (account.has_open) feeder_->open(account.id, account.account, account.lost, 1);
  co_await feed(nullptr);
  co_return co_await conclude_rollback();
}

Task<Ending> Run::conclude_rollback() {
  const Result<ledger::RollbackTally> chosen = co_await ledger_->tally_rollback();
  if (!chosen) co_return Ending{Outcome::ledger, chosen.error().message};
  const Result<ledger::Tally> tally = co_await ledger_->tally(record_.input);
  if (!tally) co_return Ending{Outcome::ledger, tally.error().message};
  monitor_.ended_with(*tally);
  Ending ending = decide_rollback(*chosen, monitor_.kept_attached(), stop_);
  if (!tally->balanced()) ending = decide(*tally, stop_, false);
  co_return co_await end_with(std::move(ending));
}

}  // namespace payferry::pipeline
