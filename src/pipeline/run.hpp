#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "async/time.hpp"
#include "intake/source.hpp"
#include "ledger/ledger.hpp"
#include "pipeline/account_guard.hpp"
#include "pipeline/counterparts.hpp"
#include "pipeline/directory.hpp"
#include "pipeline/earlier_count.hpp"
#include "pipeline/feeder.hpp"
#include "pipeline/first_contact.hpp"
#include "pipeline/fleet.hpp"
#include "pipeline/learnt_limits.hpp"
#include "pipeline/monitor.hpp"
#include "pipeline/move.hpp"
#include "pipeline/reader.hpp"
#include "settings/settings.hpp"
#include "steer/apply.hpp"

namespace payferry::pipeline {

// What the command line says about this run beyond the job file.
struct RunOptions {
  std::optional<std::uint64_t> limit;  // items that may get their first call in this run
  Selection selection;
  bool fail_fast = false;
  std::optional<ledger::RollbackFilter> roll_back;  // detach what was moved, and move nothing
  bool spare_used = true;   // of that, leave attached what a payment or subscription names
  bool in_fleet = false;    // others may share the ledger, which is a server's
  bool new_ledger = false;  // another ledger may have served the accounts: go on from what it left there
};

// How a run ended.
struct Ending {
  Outcome outcome = Outcome::internal;
  std::string reason;
};

// One run of a job, or its rollback, from the first contact to the last record: owns every coroutine, and
// what they share.
class Run {
 public:
  using Observer = std::function<void(const telemetry::Snapshot&)>;

  // `source`: null where nothing is read, for a rollback. `observe` is called a few times a second, and once
  // more at the end.
  Run(boost::asio::io_context& context, async::Time& time, const settings::Settings& settings,
      RunOptions options, intake::Source* source, stripe::Client& client, ledger::RunLock lock,
      Monitor& monitor, telemetry::Log& log, std::function<void(const ledger::CommitStats&)> on_commit,
      Observer observe);
  ~Run();

  // Runs to the end. Exceptions are bugs.
  async::Task<Ending> main();
  // Stops intake, lets what is in flight answer, and ends; a second call ends what is in flight.
  void interrupt(const std::string& reason);
  // Obeys what somebody asks of it, and keeps a journal of what that changed. `who`: uid 1000, page.
  async::Task<steer::Reply> steer(steer::Request request, std::string who);
  // Whether items may be sent now.
  bool moving() const { return moving_; }
  // Whether it got as far as the input: false where Stripe or the ledger refused it before.
  bool began() const { return record_.started_ms != 0; }
  const Gate* gate() const { return moving_ ? &gate_ : nullptr; }

 private:
  std::optional<steer::Reply> cannot_obey(const steer::Request& request) const;
  async::Task<bool> note_steering(std::vector<steer::Change> made, std::string who);
  async::Task<Ending> work(const Contact& contact);
  void make_shared_parts(const Contact& contact);
  async::Task<Result<ledger::InputState>> begin_input();
  async::Task<Result<ledger::InputState>> begin_own_input();
  async::Task<Result<void>> join_fleet();
  async::Task<Result<ledger::InputState>> await_reading();
  async::Task<void> read_list_when_ours(ledger::InputState input, bool begun);
  async::Task<void> read(ledger::InputState input);
  async::Task<void> follow_fleet();
  async::Task<bool> beat();
  async::Task<void> take_news(bool gained);
  async::Task<void> leave_fleet(const Ending& ending);
  ledger::Beat tell_fleet();
  bool is_idle() const;
  double demand() const;
  void obey_fleet();
  async::Task<Result<ledger::InputState>> resume_input(ledger::InputState input);
  async::Task<Result<bool>> has_pending(const ledger::InputState& input);
  void tell_changed_input(const ledger::InputState& input);
  async::Task<void> open_accounts(bool hold);
  async::Task<void> forget_earlier();
  bool is_read_anew(const ledger::InputState& input) const;
  async::Task<Ending> roll_back();
  async::Task<Ending> conclude_rollback();
  void begin_record(std::int64_t input);
  async::Task<void> move_everything(const ledger::InputState& input);
  std::size_t window() const;
  async::Task<void> feed(async::Task<void>* reading);
  void follow_schedule();
  async::Task<void> recall_limits();
  async::Task<bool> note_limits();
  async::Task<void> tick();
  async::Task<Ending> conclude();
  async::Task<Ending> end_with(Ending ending);
  void tell_changed_lines(const ledger::Tally& tally);
  void tell_left_out();
  void tell_rolled_back(const ledger::Tally& tally);
  async::Task<bool> note(const Ending* ending);
  void stop_everything();

  boost::asio::io_context& context_;
  async::Time& time_;
  const settings::Settings& settings_;
  const RunOptions options_;
  intake::Source* source_;
  stripe::Client& client_;
  std::optional<ledger::RunLock> lock_;
  Monitor& monitor_;
  telemetry::Log& log_;
  std::function<void(const ledger::CommitStats&)> on_commit_;
  Observer observe_;

  StripeTime stripe_time_;
  const plan::Rules rules_;
  Stop stop_;
  Canary canary_;
  plan::Brake brake_;
  plan::Breakers breakers_;
  plan::FailureBudget budget_;
  throttle::Random random_;
  Gate gate_;
  std::unique_ptr<ledger::Ledger> ledger_;
  std::unique_ptr<Shared> shared_;
  std::unique_ptr<Directory> directory_;
  std::unique_ptr<AccountGuard> guard_;
  std::unique_ptr<Counterparts> counterparts_;
  std::unique_ptr<EarlierCount> earlier_;
  std::unique_ptr<Feeder> feeder_;
  std::unique_ptr<async::Alarm> ticker_;
  // Null: nobody shares the ledger.
  std::unique_ptr<Fleet> fleet_;
  std::unique_ptr<async::Alarm> fleet_alarm_, list_alarm_;
  async::Group beats_;
  Shards served_ = kAllShards;
  bool intake_done_ = false;     // this worker reads nothing more
  bool ended_together_ = false;  // nobody in the fleet has anything to do any more
  bool leaving_fleet_ = false;
  ledger::RunRecord record_;
  struct {
    std::uint64_t amended = 0;
    std::uint64_t differing = 0;
  } began_with_;
  LearntLimits learnt_;
  bool moving_ = false;
};

// How a run ends, from what the states say and why it was stopped (DESIGN 3.1: the first that applies).
Ending decide(const ledger::Tally& tally, const Stop& stop, bool canary_exhausted);
// The same of a rollback, which is judged by what it was to take back and by nothing else.
Ending decide_rollback(const ledger::RollbackTally& tally, const KeptAttached& kept, const Stop& stop);

}  // namespace payferry::pipeline
