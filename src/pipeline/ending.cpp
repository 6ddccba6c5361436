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

}  // namespace payferry::pipeline
