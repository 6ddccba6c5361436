#include "pipeline/counterparts.hpp"
#include "pipeline/existing_methods.hpp"
#include "pipeline/move.hpp"
#include "pipeline/reads.hpp"
#include "plan/existing.hpp"

// An item's way where the account had customers and cards before us.
namespace payferry::pipeline {

using async::Task;
using plan::Follow;
using stripe::Kind;

// The link may have got its customer since it was loaded.
Task<Move::Turn> Move::find_customer() {
  sought_ = true;
  const Counterparts::Searched searched =
      co_await shared_.counterparts->search(account_, item_.account_id, item_.account);
  if (searched == Counterparts::Searched::left) co_return co_await leave();
  if (searched == Counterparts::Searched::unknown) co_return co_await park_unknown();
  const bool renewed = co_await renew_link();
  if (!renewed) co_return Turn::left;
  co_return Turn::go_on;
}

// Is the card there already, from before us?
Task<Move::Turn> Move::look_for_existing() {
  const Read seen = co_await existing_->list(shared_, account_, item_.account, link_->target_customer);
  if (seen.kind == Read::Kind::left) co_return co_await leave();
  const Kind kind = seen.verdict.kind;
  if (seen.kind == Read::Kind::answered && kind == Kind::account_lost)
    co_return co_await act(Follow::account_lost, seen.verdict, nullptr);
  if (seen.kind == Read::Kind::answered && kind == Kind::key_rejected)
    co_return co_await act(Follow::stop_refused, seen.verdict, nullptr);
  if (seen.kind == Read::Kind::unknown) co_return co_await park_unknown();
  compared_ = true;
  // A customer of which there is no list will be refused where it is attached to.
  if (kind != Kind::done) co_return Turn::go_on;
  std::vector<stripe::PaymentMethod> equal =
      plan::equal_methods(item_, existing_->of(link_->target_customer));
  if (equal.empty()) co_return Turn::go_on;
  co_return co_await meet_existing(std::move(equal));
}

Task<Move::Turn> Move::meet_existing(std::vector<stripe::PaymentMethod> equal) {
  std::vector<std::string> ids;
  for (const stripe::PaymentMethod& method : equal) ids.push_back(method.id);
  const Result<std::vector<std::string>> taken =
      co_await shared_.ledger.clones_among(item_.account_id, std::move(ids), item_.id);
  if (!taken) {
    shared_.stop.request(Why::ledger, taken.error().message);
    co_return Turn::left;
  }
  if (!plan::meet_existing(item_, equal, *taken, shared_.rules)) co_return Turn::go_on;
  if (item_.state != State::pending) co_return co_await end();
  const bool stored = co_await store(nullptr, nullptr);
  co_return stored ? Turn::go_on : Turn::left;
}

}  // namespace payferry::pipeline
