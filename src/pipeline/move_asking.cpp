#include "pipeline/directory.hpp"
#include "pipeline/move.hpp"
#include "pipeline/reads.hpp"
#include "plan/reconcile.hpp"
#include "plan/request.hpp"

// An item's way where the answer to a write will not come: what exists is read, and decides.
namespace payferry::pipeline {

using async::Task;
using plan::Follow;
using stripe::Kind;

Task<Move::Turn> Move::give_up_key() {
  const bool by_somebody_else = item_.message == plan::kBySomebodyElse;
  const Follow follow = plan::give_up_key(case_, by_somebody_else, shared_.rules);
  stripe::Verdict forgotten;
  forgotten.code = "forgotten";
  co_return co_await act(follow, forgotten, nullptr);
}

Task<Move::Turn> Move::ask() {
  if (trial_.ask == plan::Ask::created_customer) co_return co_await search();
  const bool of_customer = trial_.ask == plan::Ask::default_of_customer;
  const Endpoint endpoint = of_customer ? Endpoint::get_customer : Endpoint::get_payment_method;
  std::string path = of_customer ? "/v1/customers/" + plan::percent_encoded(link_->target_customer)
                                 : "/v1/payment_methods/" + plan::percent_encoded(item_.clone_id);
  const Read seen = co_await read(shared_, account_, endpoint, std::move(path), item_.account);
  if (seen.kind == Read::Kind::left) co_return Turn::left;
  if (seen.kind == Read::Kind::unknown) co_return co_await park_unknown();
  const bool was_refused = trial_.ask == plan::Ask::refused_clone;
  const Step step = intent_.step;
  const std::string refusal = trial_.refusal.code;
  const Follow follow = of_customer ? plan::after_default_read(case_, seen.verdict)
                                    : plan::after_clone_read(case_, seen.verdict, shared_.rules);
  if (was_refused && trial_.ask == plan::Ask::nothing && !trial_.foreign_clone)
    note_for_brake(step, plan::keeps_clone(item_) ? "" : refusal);
  co_return co_await act(follow, seen.verdict, nullptr);
}

// Looks for the customer that a lost creation may have made, by our marker.
Task<Move::Turn> Move::search() {
  const plan::Span span = plan::span_of(intent_, item_.message == plan::kBySomebodyElse);
  const Directory::Search search =
      co_await shared_.directory->find(account_, item_.account_id, item_.account, link_->customer, span);
  if (search.kind == Read::Kind::left) co_return Turn::left;
  const Kind kind = search.verdict.kind;
  const bool lost = kind == Kind::account_lost || kind == Kind::key_rejected;
  if (search.kind == Read::Kind::answered && lost) {
    const Follow refused = kind == Kind::account_lost ? Follow::account_lost : Follow::stop_refused;
    co_return co_await act(refused, search.verdict, nullptr);
  }
  if (search.kind == Read::Kind::unknown || kind == Kind::refused) co_return co_await park_unknown();
  if (search.found && search.found->count > 1)
    shared_.events.several_customers(item_.account, link_->customer, search.found->customer,
                                     search.found->count);
  const std::int64_t age = age_ms(intent_.last_sent, shared_.stripe_time.now());
  const Follow follow = plan::after_search(case_, search.found, age);
  stripe::Verdict looked;
  looked.code = search.found ? "adopted" : "not_found";
  co_return co_await act(follow, looked, nullptr);
}

Task<Move::Turn> Move::park_unknown() {
  if (item_.reason.empty()) item_.reason = "unknown";
  const bool stored = co_await store(nullptr, nullptr);
  shared_.events.parked(item_);
  co_return stored ? Turn::parked : Turn::left;
}

// The link is not what it was when the intent was made: another line has named its customer, or another item
// is making it.
Task<Move::Turn> Move::reload_link() {
  const bool renewed = co_await renew_link();
  if (!renewed) co_return Turn::left;
  intent_ = Intent{};
  if (!link_->creating) co_return Turn::go_on;
  co_return co_await park_unknown();
}

Task<bool> Move::renew_link() {
  const Result<Link> link = co_await shared_.ledger.reload_link(item_.link_id);
  if (!link) shared_.stop.request(Why::ledger, link.error().message);
  if (link) *link_ = *link;
  co_return link.has_value();
}

}  // namespace payferry::pipeline
