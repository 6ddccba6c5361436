#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>

#include "core/host.hpp"
#include "pipeline/fleet_lines.hpp"
#include "pipeline/run.hpp"
#include "plan/fleet.hpp"

// A run that shares its ledger with others: which lanes are its own, which part of the limits, who reads the
// list, and when all have ended.
namespace payferry::pipeline {

using async::Task;

namespace {

constexpr std::chrono::milliseconds kBeat{500};
constexpr std::chrono::milliseconds kUntilBegun{200};
// Who does not use its share could use a little more than it does; and a little is everybody's.
constexpr double kHeadroom = 1.5;
constexpr double kLeastDemand = 0.02;
constexpr double kHeldByRates = 0.3;  // of the last seconds

std::string own_name() {
  return fmt::format("{}:{}", host_name(), ::getpid());
}

}  // namespace

Task<Result<void>> Run::join_fleet() {
  Result<void> joined;
  if (!options_.in_fleet) co_return joined;
  ledger::FleetOptions options{settings_.ledger,
                               settings_.fleet.name.empty() ? own_name() : settings_.fleet.name,
                               settings_.job, settings_.fleet.lease, plan::decide_fleet};
  Result<std::unique_ptr<Fleet>> fleet = co_await Fleet::join(context_, time_, std::move(options));
  if (!fleet) co_return fleet.error();
  fleet_ = std::move(*fleet);
  ledger::Beat first = tell_fleet();
  joined = co_await fleet_->beat(std::move(first));
  if (!joined) co_return joined;
  served_ = fleet_->standing().decision.mine;
  const Result<bool> served = co_await ledger_->serve(fleet_->worker(), served_);
  if (!served) co_return served.error();
  shared_->fleet = fleet_.get();
  obey_fleet();
  log_.info("fleet_joined", {{"job", settings_.job},
                             {"worker", fleet_->worker()},
                             {"workers", fleet_->standing().workers.size()},
                             {"lanes", count_of(served_)}});
  co_return joined;
}

// Whoever does not read the list goes on with what its reader has begun.
Task<Result<ledger::InputState>> Run::await_reading() {
  for (;;) {
    Result<ledger::InputState> reading = co_await ledger_->reading_of(settings_.job);
    if (!reading || reading->id != 0 || stop_.requested()) co_return reading;
    co_await ticker_->wait_until(time_.clock().steady() + kUntilBegun);
    const bool beaten = co_await beat();
    if (!beaten) co_return make_error(Errc::ledger, stop_.reason());
    if (fleet_->standing().decision.reads_list) co_return co_await begin_own_input();
  }
}

// The list is read by whom it belongs to, which may change while the run goes on.
Task<void> Run::read_list_when_ours(ledger::InputState input, bool begun) {
  while (moving_ && !stop_.requested() && !fleet_->standing().decision.reads_list)
    co_await list_alarm_->wait_until(SteadyTime::max());
  if (!moving_ || stop_.requested()) co_return;
  if (!begun) {
    const Result<ledger::InputState> taken_over = co_await begin_own_input();
    if (!taken_over) {
      stop_.request(taken_over.error().code == Errc::ledger ? Why::ledger : Why::input,
                    taken_over.error().message);
      co_return;
    }
    input = *taken_over;
    record_.input = input.id;
  }
  log_.info("list_reading", {{"job", settings_.job}, {"read", input.read}});
  co_await read(std::move(input));
}

Task<void> Run::follow_fleet() {
  while (!leaving_fleet_) {
    co_await fleet_alarm_->wait_until(time_.clock().steady() + kBeat);
    if (leaving_fleet_) break;
    const bool beaten = co_await beat();
    if (!beaten) break;
  }
}

Task<bool> Run::beat() {
  ledger::Beat news = tell_fleet();
  const Result<void> told = co_await fleet_->beat(std::move(news));
  if (!told) {
    stop_.request(Why::ledger, told.error().message);
    co_return false;
  }
  const ledger::Standing& standing = fleet_->standing();
  const Shards lanes = standing.decision.mine & ~standing.decision.surplus;
  const bool gained = (lanes & ~served_) != 0;
  if (lanes != served_) {
    served_ = lanes;
    if (feeder_) feeder_->serve(lanes);
    const Result<bool> served = co_await ledger_->serve(fleet_->worker(), lanes);
    if (!served) stop_.request(Why::ledger, served.error().message);
  }
  obey_fleet();
  monitor_.fleet(fleet_lines(standing.workers, fleet_->worker()));
  if (moving_) co_await take_news(gained);
  list_alarm_->wake();
  co_return !stop_.requested() || stop_.why() != Why::ledger;
}

// What the others have admitted, and whether the work has ended.
Task<void> Run::take_news(bool gained) {
  const ledger::Standing& standing = fleet_->standing();
  for (const ledger::Admitted::Opened& opened : standing.opened)
    feeder_->open(opened.account_id, opened.account, opened.lost, opened.first_item);
  if (standing.input != 0) record_.input = standing.input;
  if (standing.input_complete && !standing.decision.reads_list) feeder_->release();
  const bool ended = standing.decision.all_idle && is_idle();
  if (gained) co_await open_accounts(false);
  if (!ended || gained) co_return;
  ended_together_ = true;
  feeder_->intake_ended();
}

bool Run::is_idle() const {
  if (!feeder_ || !feeder_->is_idle()) return false;
  const bool read_by_another = source_ && !source_->is_queue() && !fleet_->standing().decision.reads_list;
  return intake_done_ || (read_by_another && fleet_->standing().input_complete);
}

ledger::Beat Run::tell_fleet() {
  ledger::Beat beat;
  beat.idle = is_idle();
  beat.demand = demand();
  beat.reads = source_ && !source_->is_queue();
  beat.shown = monitor_.shown_to_fleet(moving_ ? &gate_ : nullptr);
  if (feeder_) beat.given_up = fleet_->standing().decision.mine & ~served_ & ~feeder_->busy();
  return beat;
}

// The part of the limits that could be used.
double Run::demand() const {
  const SteadyTime now = time_.clock().steady();
  if (is_idle()) return 0;
  if (gate_.throttle().controls().paused) return 1;
  const bool held = gate_.throttle().waits().held_by_rates(now) > kHeldByRates;
  return held ? 1 : std::clamp(kHeadroom * gate_.throttle().used_part(now), kLeastDemand, 1.0);
}

// Without turns nothing may be sent.
void Run::obey_fleet() {
  throttle::Changes wanted;
  const ledger::Standing& standing = fleet_->standing();
  const TurnSet turns = fleet_->share_holds() ? standing.decision.turns : 0;
  if (turns == 0)
    wanted.paused = true;
  else
    wanted.turns = Turns{turns, standing.clock_zero};
  gate_.steer(throttle::Writer::fleet, std::move(wanted));
}

// What is left where all have ended is for another run.
Task<void> Run::leave_fleet(const Ending& ending) {
  if (!fleet_) co_return;
  leaving_fleet_ = true;
  fleet_alarm_->wake();
  co_await beats_.wait();
  if (ending.outcome == Outcome::ledger) co_return;
  const Result<void> left = co_await fleet_->leave(ended_together_);
  if (!left) log_.warn("fleet_not_left", {{"message", left.error().message}});
}

}  // namespace payferry::pipeline
