#include <unistd.h>

#include "pipeline/input_notice.hpp"
#include "pipeline/run.hpp"

// What a run goes on with: the reading of its input, and what earlier ones left open.
namespace payferry::pipeline {

using async::Task;

// Of a list that another worker of the fleet reads: that worker's.
Task<Result<ledger::InputState>> Run::begin_own_input() {
  Result<ledger::InputState> input =
      co_await ledger_->begin_input(settings_.job, source_->identity(), source_->columns(), false);
  if (input) input = co_await resume_input(*input);
  co_return input;
}

Task<Result<ledger::InputState>> Run::begin_input() {
  const bool by_another = fleet_ && !source_->is_queue() && !fleet_->standing().decision.reads_list;
  Result<ledger::InputState> input;
  if (by_another)
    input = co_await await_reading();
  else
    input = co_await begin_own_input();
  if (!input) co_return input;
  Result<std::unique_ptr<EarlierCount>> earlier = EarlierCount::begin(settings_.ledger, input->id);
  if (!earlier) co_return earlier.error();
  earlier_ = std::move(*earlier);
  monitor_.counting_earlier();
  began_with_ = {input->amended, input->differing};
  begin_record(input->id);
  log_.info("run_started", {{"job", settings_.job},
                            {"mode", to_string(settings_.mode)},
                            {"resumed", !input->position.empty()},
                            {"read", input->read}});
  tell_changed_input(*input);
  co_await note(nullptr);
  co_return input;
}

// Where the last run was; or from the start, where the source cannot be sought in, or is a queue that was
// read to its end: what comes now is another list.
Task<Result<ledger::InputState>> Run::resume_input(ledger::InputState input) {
  Result<ledger::InputState> resumed = input;
  if (input.position.empty()) co_return resumed;
  Result<bool> again = source_->seek(input.position);
  const bool shared = fleet_ && fleet_->has_company();
  if (again && *again && source_->is_queue() && input.complete && !shared)
    again = co_await has_pending(input);
  if (!again) co_return again.error();
  if (*again) co_return resumed;
  resumed = co_await ledger_->begin_input(settings_.job, source_->identity(), source_->columns(), true);
  co_return resumed;
}

Task<Result<bool>> Run::has_pending(const ledger::InputState& input) {
  const Result<ledger::Tally> tally = co_await ledger_->tally(input.id);
  if (!tally) co_return tally.error();
  co_return tally->count(State::pending) > 0;
}

// Of a queue nothing is read again.
void Run::tell_changed_input(const ledger::InputState& input) {
  if (source_->is_queue()) return;
  if (const std::optional<InputNotice> notice = notice_of(input, source_->identity()))
    log_.write(notice->grave ? telemetry::LogLevel::warn : telemetry::LogLevel::info,
               notice->message.starts_with("this kind") ? "input_again" : "input_changed",
               {{"job", settings_.job}, {"message", notice->message}});
}

void Run::begin_record(std::int64_t input) {
  record_.job = settings_.job;
  record_.input = input;
  record_.started_ms = time_.clock().wall_ms();
  record_.pid = ::getpid();
}

// A pipe cannot be edited, and may never end; nor can a queue.
bool Run::is_read_anew(const ledger::InputState& input) const {
  return input.position.empty() && !source_->identity().empty() && !source_->is_queue();
}

Task<void> Run::open_accounts(bool hold) {
  const Result<std::vector<ledger::AccountState>> accounts = co_await ledger_->accounts();
  if (!accounts) {
    stop_.request(Why::ledger, accounts.error().message);
    co_return;
  }
  for (const ledger::AccountState& account : *accounts) {
    if (!account.has_open) continue;
    if (hold)
      feeder_->hold(account.id, account.account, account.lost);
    else
      feeder_->open(account.id, account.account, account.lost, 1);
  }
}

// Not before the work is done: nothing but the ledger's size depends on it.
Task<void> Run::forget_earlier() {
  for (bool more = true; more && !stop_.requested();) {
    const Result<bool> forgot = co_await ledger_->forget_earlier();
    if (!forgot) stop_.request(Why::ledger, forgot.error().message);
    more = forgot && *forgot;
  }
}

}  // namespace payferry::pipeline
