#include "pipeline/move.hpp"
#include "pipeline/used_methods.hpp"

// An item's way back: what somebody has used since stays.
namespace payferry::pipeline {

using async::Task;
using plan::Follow;
using stripe::Kind;

namespace {

// That a customer is gone is another 404, and decides.
bool has_no_such_page(const stripe::Verdict& verdict) {
  return verdict.code == stripe::kNotOffered || (verdict.kind == Kind::refused && verdict.status == 404);
}

}  // namespace

Task<Move::Turn> Move::look_for_use() {
  const std::string customer = link_ ? link_->target_customer : "";
  const Read seen = co_await used_->list(shared_, account_, item_.account, customer);
  if (seen.kind == Read::Kind::left) co_return co_await leave();
  const Kind kind = seen.verdict.kind;
  if (seen.kind == Read::Kind::answered && kind == Kind::account_lost)
    co_return co_await act(Follow::account_lost, seen.verdict, nullptr);
  if (seen.kind == Read::Kind::answered && kind == Kind::key_rejected) {
    stripe::Verdict refused = seen.verdict;
    refused.message +=
        "; let the key read payments and subscriptions on the accounts, or detach without looking at them: "
        "--even-used";
    co_return co_await act(Follow::stop_refused, refused, nullptr);
  }
  if (has_no_such_page(seen.verdict)) {
    const bool news = !account_.use_unknown;
    account_.use_unknown = true;
    plan::Remark remark{"use_unknown",
                        "its payments and subscriptions cannot be listed: what was used since the move is "
                        "not known, and is detached with the rest"};
    if (news) shared_.events.remarked(item_.account, remark, false);
    co_return Turn::go_on;
  }
  if (seen.kind == Read::Kind::unknown || kind != Kind::done) co_return co_await park_unknown();
  known_unused_ = true;
  const std::string user = used_->by(customer, item_.clone_id);
  if (user.empty()) co_return Turn::go_on;
  stripe::Verdict used;
  used.code = plan::kInUse;
  used.message = "left attached: " + user + " names it";
  plan::keep_attached(item_, used);
  co_return co_await end();
}

}  // namespace payferry::pipeline
