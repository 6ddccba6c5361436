// How an item's outcome gets into the ledger, alone or together with what comes next.
#include "pipeline/move.hpp"
#include "plan/request.hpp"

namespace payferry::pipeline {

using async::Task;

namespace {

// What an outcome changes of an item. The rest is as it was admitted, and need not be copied.
Item changes_of(const Item& item) {
  Item changes;
  changes.id = item.id;
  changes.account_id = item.account_id;
  changes.link_id = item.link_id;
  changes.state = item.state;
  changes.step = item.step;
  changes.reason = item.reason;
  changes.message = item.message;
  changes.request_id = item.request_id;
  changes.failed_with_link = item.failed_with_link;
  changes.clone_id = item.clone_id;
  changes.details = item.details;
  changes.clone_generation = item.clone_generation;
  changes.attach_generation = item.attach_generation;
  changes.default_generation = item.default_generation;
  changes.detach_generation = item.detach_generation;
  changes.clone_replacements = item.clone_replacements;
  changes.orphans = item.orphans;
  changes.adopted = item.adopted;
  return changes;
}

// The request itself is stored already.
Intent changes_of(const Intent& intent) {
  Intent changes;
  changes.id = intent.id;
  changes.item_id = intent.item_id;
  changes.step = intent.step;
  changes.generation = intent.generation;
  changes.state = intent.state;
  changes.attempts = intent.attempts;
  changes.sends = intent.sends;
  return changes;
}

}  // namespace

ledger::Settlement Move::settlement(const stripe::Verdict* verdict, const stripe::Exchange* exchange) const {
  ledger::Settlement settlement;
  settlement.item = changes_of(item_);
  if (case_.link_changed && link_) settlement.link = *link_;
  if (intent_.id != 0) settlement.intent = changes_of(intent_);
  settlement.account_lost = account_change_;
  if (!verdict) return settlement;
  const auto latency =
      exchange ? std::chrono::duration_cast<std::chrono::milliseconds>(exchange->latency).count() : 0;
  settlement.answered = Answered{verdict->status,
                                 std::string(stripe::to_string(verdict->kind)),
                                 verdict->code,
                                 verdict->message,
                                 verdict->request_id,
                                 shared_.stripe_time.wall_ms(),
                                 static_cast<int>(latency)};
  return settlement;
}

Task<bool> Move::store(const stripe::Verdict* verdict, const stripe::Exchange* exchange) {
  auto storing = shared_.ledger.settle(settlement(verdict, exchange));
  const Result<bool> stored = co_await std::move(storing);
  case_.link_changed = false;
  account_change_.reset();
  if (!stored) shared_.stop.request(Why::ledger, stored.error().message);
  co_return stored.has_value();
}

// Whether nothing lies between this outcome and the next write but a place and a connection.
bool Move::may_go_on_at_once() const {
  if (shared_.stop.requested() || account_.closed || trial_.ask != plan::Ask::nothing) return false;
  if (intent_.state != IntentState::settled || item_.state != State::pending) return false;
  if (must_find_customer() || must_look_for_existing()) return false;
  return std::holds_alternative<plan::Call>(plan::next(item_, link_, shared_.rules));
}

// The connection first: a place that is not used is lost.
bool Move::get_ready() {
  stripe::Lease lease = shared_.client.take_idle();
  if (!lease) return false;
  const std::uint64_t place =
      shared_.gate.enter_at_once(account_.index, endpoint_of(item_.step), locks_of(item_.step));
  if (place == 0) return false;
  ready_ = Ready{place, std::move(lease)};
  return true;
}

Task<Move::Turn> Move::store_and_go_on(const stripe::Verdict& verdict, const stripe::Exchange* exchange) {
  Intent next = plan::make_intent(item_.step, item_, link_, shared_.rules);
  stamp(next);
  auto storing = shared_.ledger.proceed(settlement(&verdict, exchange), next, link_to_guard(next));
  begin_next_step();
  intent_ = std::move(next);
  const Result<std::int64_t> id = co_await std::move(storing);
  case_.link_changed = false;
  account_change_.reset();
  intent_.id = id ? *id : 0;
  if (intent_.id != 0) co_return Turn::go_on;
  shared_.gate.leave(ready_->place);
  ready_.reset();
  if (id) co_return co_await reload_link();
  shared_.stop.request(Why::ledger, id.error().message);
  co_return Turn::left;
}

}  // namespace payferry::pipeline
