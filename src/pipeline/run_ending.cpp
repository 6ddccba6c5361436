#include "pipeline/input_notice.hpp"
#include "pipeline/run.hpp"

// The last things a run does: what the brake stopped goes back, the balance is proven, the record closed.
namespace payferry::pipeline {

using async::Task;

// Where a ledger stopped taking anything, nothing is noted either: what it confirmed before stands.
Task<Ending> Run::conclude() {
  if (brake_.tripped() && stop_.why() == Why::brake) {
    const std::vector<std::int64_t> items = brake_.items();
    const Result<std::int64_t> put_back = co_await ledger_->put_back(items);
    if (put_back) monitor_.were_put_back(*put_back);
  }
  const Result<ledger::Tally> tally = co_await ledger_->tally(record_.input);
  if (!tally) {
    const bool internal = tally.error().code == Errc::internal;
    co_return Ending{internal ? Outcome::internal : Outcome::ledger, tally.error().message};
  }
  monitor_.ended_with(*tally);
  tell_changed_lines(*tally);
  tell_left_out();
  tell_rolled_back(*tally);
  const Ending ending = decide(*tally, stop_, canary_.exhausted());
  co_return co_await end_with(ending);
}

Task<Ending> Run::end_with(Ending ending) {
  monitor_.clock_is_off(stripe_time_.skew_ms());
  monitor_.concluded(ending.outcome, ending.reason);
  co_await note_limits();
  co_await note(&ending);
  observe_(monitor_.snapshot(nullptr));
  co_return ending;
}

// A scheduled run must not undo a rollback without a word.
void Run::tell_rolled_back(const ledger::Tally& tally) {
  if (tally.rolled_back > 0)
    log_.info("rolled_back",
              {{"count", tally.rolled_back},
               {"message",
                "items were rolled back and stay so; `payferry retry JOB.yaml --code rolled_back` puts them "
                "back"}});
  if (tally.taking_back > 0)
    log_.warn("rollback_unfinished",
              {{"count", tally.taking_back},
               {"message",
                "a rollback was cut off and may have detached these; `payferry rollback JOB.yaml` goes on"}});
}

void Run::tell_changed_lines(const ledger::Tally& tally) {
  const std::string words =
      words_of_changed_lines(tally.amended - began_with_.amended, tally.differing - began_with_.differing);
  if (!words.empty()) log_.info("lines_changed", {{"job", settings_.job}, {"message", words}});
}

void Run::tell_left_out() {
  const std::uint64_t items = feeder_ ? feeder_->left_out() : 0;
  if (items > 0)
    log_.info(
        "items_left_out",
        {{"job", settings_.job},
         {"items", items},
         {"message", "they are open, but not of the accounts and types that this run was told to move"}});
}

}  // namespace payferry::pipeline
