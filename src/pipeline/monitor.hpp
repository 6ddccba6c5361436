#pragma once

#include <deque>
#include <functional>
#include <optional>
#include <set>
#include <string>

#include "core/clock.hpp"
#include "ledger/tally.hpp"
#include "pipeline/events.hpp"
#include "pipeline/gate.hpp"
#include "settings/settings.hpp"
#include "telemetry/fleet.hpp"
#include "telemetry/log.hpp"
#include "telemetry/metrics.hpp"
#include "telemetry/snapshot.hpp"

namespace payferry::pipeline {

// What a rollback left attached although it was reached.
struct KeptAttached {
  telemetry::Count refused = 0;  // by Stripe's word
  telemetry::Count in_use = 0;   // a payment or subscription names it
};

// Watches a run: counts what its coroutines tell, writes the log, feeds the metrics, and answers snapshot().
// While the run goes on the counts are carried forward from a tally of its beginning; at its end they are
// replaced by a tally of states.
class Monitor final : public Events {
 public:
  Monitor(const settings::Settings& settings, const Clock& clock, telemetry::Log& log,
          telemetry::Metrics& metrics);

  void admitted(const ledger::Admission& admission, const ledger::Admitted& counts) override;
  void answered(const std::string& account, Endpoint endpoint, const stripe::Exchange& exchange,
                const stripe::Verdict& verdict) override;
  void sent_again(Endpoint endpoint) override;
  void no_connection(const Error& error) override;
  void ended(const Item& item) override;
  void taken_back(const Item& item) override;
  void parked(const Item& item) override;
  void account_lost(const std::string& account, const stripe::Verdict& verdict) override;
  void several_customers(const std::string& account, const std::string& customer, const std::string& taken,
                         int count) override;
  void account_found(const std::string& account) override;
  void account_done(const std::string& account) override;
  void counterparts_found(const std::string& account, std::uint64_t links) override;
  void source_notice(const std::string& message) override;
  void remarked(const std::string& account, const plan::Remark& remark, bool blocks) override;
  void breaker(const std::string& account, plan::Breakers::Act act, Nanoseconds pause) override;

  void counting_earlier() { now_.counting = true; }
  // What earlier runs left of the input; what this run did meanwhile is added to it. Blocked accounts are
  // probed again by this run: their items count as pending until they are lost again.
  void counted_earlier(const ledger::Tally& tally);
  // The run is a rollback of so many.
  void takes_back(telemetry::Count attached) { now_.to_detach = attached; }
  const KeptAttached& kept_attached() const { return kept_attached_; }
  // The run ended before it began: the job's counts are those of its earlier runs.
  void stood_at(const ledger::Tally& tally);
  // So many items that failed in this run are pending again: not they were to blame.
  void were_put_back(std::int64_t items);
  // What the states say in the end replaces what was counted on the way.
  void ended_with(const ledger::Tally& tally);
  // Told of each account that is done.
  void on_account_done(std::function<void(const std::string&)> tell) { tell_account_done_ = std::move(tell); }
  // The run was told to stop because too much went wrong.
  void budget_was_hit() { now_.budget_hit = true; }
  void concluded(Outcome outcome, const std::string& reason);
  // Nothing more is begun.
  void stops(const std::string& reason);
  void steered(const telemetry::SteeredChange& change);
  // Nobody is asked anything while a run is paused: the silence is ours.
  void holds_still() { asked_in_vain_since_.reset(); }
  // Who shares the ledger, this worker among them.
  void fleet(std::vector<telemetry::FleetLine> lines) { now_.fleet = std::move(lines); }
  // What the others are told of this worker.
  std::string shown_to_fleet(const Gate* gate) { return telemetry::told_to_fleet(snapshot(gate)); }
  // How far Stripe's clock is ahead of ours.
  void clock_is_off(std::int64_t ms) { now_.clock_skew_seconds = static_cast<double>(ms) / 1000; }

  // `gate` adds what throttles; null before and after the run.
  telemetry::Snapshot snapshot(const Gate* gate);
  // Since when requests have gone without any answer at all; none while answers come, or nothing is asked.
  std::optional<Nanoseconds> without_answer() const;

 private:
  void asked_in_vain(Nanoseconds waited);
  void note_error(const std::string& account, Endpoint endpoint, const stripe::Exchange& exchange,
                  const stripe::Verdict& verdict);
  void note_trouble(const std::string& account, const char* state, const std::string& code);
  void look_at_gate(const Gate& gate, SteadyTime now);
  void take(const ledger::Tally& tally);
  void count_state(State state, telemetry::Count count = 1);
  void count_pending();
  void measure_rate();
  void look_at_authorisation(const Item& item);

  const settings::Settings& settings_;
  const Clock& clock_;
  telemetry::Log& log_;
  telemetry::Metrics& metrics_;
  telemetry::Snapshot now_;
  SteadyTime started_;
  std::optional<SteadyTime> asked_in_vain_since_;  // none: the last question was answered
  KeptAttached kept_attached_;
  std::function<void(const std::string&)> tell_account_done_;
  std::set<std::string> held_;                                // accounts whose breaker is open
  std::deque<std::pair<SteadyTime, telemetry::Count>> pace_;  // ended items over the last seconds
};

}  // namespace payferry::pipeline
