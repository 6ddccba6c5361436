#include <fmt/format.h>

#include "pipeline/run.hpp"

namespace payferry::pipeline {
namespace {

std::string unfinished_reason(const ledger::Tally& tally, bool canary_exhausted) {
  if (canary_exhausted) return "the limit of this run (--limit) is reached; run again to go on";
  if (!tally.complete) return "the input was not read to its end; run again to go on";
  if (!tally.pending_reasons.empty())
    return "some answers are not known yet; the same command asks for them again";
  return "items are still pending; run again to go on";
}

}  // namespace

Ending decide(const ledger::Tally& tally, const Stop& stop, bool canary_exhausted) {
  if (stop.why() == Why::internal) return {Outcome::internal, stop.reason()};
  if (!tally.balanced())
    return {Outcome::internal,
            "the balance of this input is broken: what was read is not what its entries add up to; nothing "
            "was sent "
            "twice, but keep the ledger and report this"};
  if (stop.why() == Why::ledger) return {Outcome::ledger, stop.reason()};
  if (stop.why() == Why::refused || stop.why() == Why::brake) return {Outcome::refused, stop.reason()};
  if (tally.count(State::pending) > 0 || !tally.complete)
    return {Outcome::unfinished,
            stop.requested() ? stop.reason() : unfinished_reason(tally, canary_exhausted)};
  const bool failures = tally.rejected + tally.count(State::failed) + tally.count(State::blocked) > 0;
  if (failures)
    return {Outcome::failures, "some entries were rejected, failed or blocked; `payferry report` lists them"};
  return {Outcome::complete, ""};
}

Ending decide_rollback(const ledger::RollbackTally& tally, const KeptAttached& kept, const Stop& stop) {
  if (stop.why() == Why::internal) return {Outcome::internal, stop.reason()};
  if (stop.why() == Why::ledger) return {Outcome::ledger, stop.reason()};
  if (stop.why() == Why::refused || stop.why() == Why::brake) return {Outcome::refused, stop.reason()};
  if (stop.requested() && tally.attached > 0) return {Outcome::unfinished, stop.reason()};
  const std::uint64_t told = tally.on_lost_accounts + kept.refused + kept.in_use;
  if (tally.attached > told)
    return {Outcome::unfinished, fmt::format("{} payment methods are still attached, or it is not known; the "
                                             "same command goes on",
                                             tally.attached - told)};
  if (tally.attached + tally.elsewhere == 0) return {Outcome::complete, ""};
  return {
      Outcome::failures,
      fmt::format("{} payment methods stay attached: {} that payments or subscriptions name, {} on accounts "
                  "that are lost, {} that Stripe does not detach, {} on other customers than ours; the log "
                  "names them",
                  tally.attached + tally.elsewhere, kept.in_use, tally.on_lost_accounts,
                  tally.attached - tally.on_lost_accounts - kept.in_use, tally.elsewhere)};
}

}  // namespace payferry::pipeline
