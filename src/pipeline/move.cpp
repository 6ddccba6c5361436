#include "pipeline/move.hpp"

#include <algorithm>
#include <functional>

#include "core/crash_point.hpp"
#include "core/redact.hpp"
#include "pipeline/counterparts.hpp"
#include "pipeline/fleet.hpp"
#include "pipeline/health.hpp"
#include "pipeline/pushback.hpp"
#include "plan/existing.hpp"
#include "plan/reconcile.hpp"
#include "plan/request.hpp"

namespace payferry::pipeline {

using async::Task;
using plan::Follow;
using stripe::Kind;

namespace {

constexpr Nanoseconds kUntilLeased = std::chrono::milliseconds(250);

// Not one byte was handed to the network. A request that cannot be written at all would be tried for ever.
bool never_left(const stripe::Exchange& exchange) {
  return !exchange.answer && !exchange.sent && exchange.failure != "invalid_request";
}

// Stripe's messages quote what they refuse.
std::vector<std::string_view> people_of(const LineContent& content) {
  std::vector<std::string_view> values{content.email, content.name, content.phone};
  // Shorter ones are words of every message rather than somebody's: a plan, a flag.
  for (const auto& [key, value] : content.metadata)
    if (value.size() >= 8) values.push_back(value);
  return values;
}

}  // namespace

Move::Move(Shared& shared, AccountPlace& account, Item&& item, Link* link,
           std::optional<Intent>&& open_intent, ExistingMethods* existing, UsedMethods* used)
    : shared_(shared),
      account_(account),
      item_(std::move(item)),
      link_(link),
      existing_(existing),
      used_(used),
      takes_back_(item_.detaching),
      of_earlier_run_(open_intent.has_value()),
      case_{item_, link_, intent_, trial_} {
  if (open_intent) intent_ = std::move(*open_intent);
  // Committed in an earlier run, and nobody knows whether it was sent.
  if (has_open_intent() && intent_.state == IntentState::open) intent_.state = IntentState::unknown;
  // Patience is per run.
  intent_.attempts = 0;
  // Sending it once more would only begin the waiting anew.
  if (item_.reason == plan::kSettling && has_open_intent()) trial_.ask = plan::Ask::clone_of_creation;
  if (item_.reason == plan::kCloneRefused) {
    trial_.ask = plan::Ask::refused_clone;
    trial_.refusal.code = "payment_method_unexpected_state";
    trial_.refusal.message = item_.message;
    trial_.refusal.request_id = item_.request_id;
    intent_.step = item_.step;
  }
}

Task<Moved> Move::run() {
  for (;;) {
    const Turn taken = co_await turn();
    if (taken == Turn::ended) co_return Moved::ended;
    if (taken == Turn::parked) co_return Moved::parked;
    if (taken == Turn::left) co_return Moved::left;
  }
}

// No coroutine, like next_step(): they only say which one is next.
Task<Move::Turn> Move::turn() {
  if (ready_) {
    Ready ready = std::move(*ready_);
    ready_.reset();
    return transmit(ready.place, std::move(ready.lease));
  }
  if (shared_.stop.requested() || account_.closed) return leave();
  if (trial_.ask != plan::Ask::nothing) return ask();
  if (!has_open_intent()) return next_step();
  if (key_is_forgotten()) return give_up_key();
  return call();
}

bool Move::must_find_customer() const {
  const bool alone = link_ && link_->target_customer.empty() && link_->refused_code.empty();
  return alone && !sought_ && shared_.counterparts && shared_.counterparts->must_search(account_);
}

bool Move::must_look_for_existing() const {
  return existing_ && !compared_ && plan::wants_existing(item_, link_, shared_.rules);
}

// What another item must not be creating meanwhile.
std::optional<Link> Move::link_to_guard(const Intent& intent) const {
  const bool creates = intent.step == Step::create_customer && link_;
  return creates ? std::optional<Link>(*link_) : std::nullopt;
}

Task<Move::Turn> Move::next_step() {
  if (must_find_customer()) return find_customer();
  const plan::Next next = plan::next(item_, link_, shared_.rules);
  if (const auto* found = std::get_if<plan::End>(&next)) {
    plan::apply(*found, item_, link_);
    return end();
  }
  if (must_look_for_existing()) return look_for_existing();
  if (item_.detaching && used_ && !known_unused_ && !account_.use_unknown) return look_for_use();
  item_.step = std::get<plan::Call>(next).step;
  intent_ = plan::make_intent(item_.step, item_, link_, shared_.rules);
  return call();
}

Task<Move::Turn> Move::end() {
  const bool stored = co_await store(nullptr, nullptr);
  if (!stored) co_return Turn::left;
  report_end();
  co_return Turn::ended;
}

Task<Move::Turn> Move::call() {
  if (!began_ && !shared_.canary.take()) co_return Turn::left;
  began_ = true;
  const std::uint64_t place = co_await shared_.gate.enter(account_.index, endpoint_of(intent_.step),
                                                          not_before_, locks_of(intent_.step));
  if (place == 0) co_return co_await leave();
  Result<stripe::Lease> lease = co_await shared_.client.connect();
  if (!lease) {
    shared_.gate.leave(place);
    shared_.events.no_connection(lease.error());
    wait_for(++failures_in_a_row_, nullptr);
    co_return Turn::go_on;
  }
  co_return co_await send(place, std::move(*lease));
}

Task<Move::Turn> Move::send(std::uint64_t place, stripe::Lease lease) {
  const bool again = intent_.id != 0;
  stamp(intent_);
  std::optional<Link> guarded = link_to_guard(intent_);
  const Result<std::int64_t> id = co_await shared_.ledger.intend(intent_, std::move(guarded));
  if (!id || *id == 0) {
    shared_.gate.leave(place);
    if (id) co_return co_await reload_link();
    shared_.stop.request(Why::ledger, id.error().message);
    co_return Turn::left;
  }
  intent_.id = *id;
  if (again) shared_.events.sent_again(endpoint_of(intent_.step));
  co_return co_await transmit(place, std::move(lease));
}

// The intent is durable.
Task<Move::Turn> Move::transmit(std::uint64_t place, stripe::Lease lease) {
  if (shared_.stop.requested() || account_.closed) {
    // It has been so since the intent was handed to the ledger: this sending never leaves.
    if (intent_.state == IntentState::open) intent_.state = IntentState::unsent;
    shared_.gate.leave(place);
    co_return co_await leave();
  }
  if (key_is_forgotten() || !may_send()) {
    shared_.gate.leave(place);
    co_return Turn::go_on;
  }
  stripe::Request request = request_of_intent();
  crash_point("before a request");
  const stripe::Exchange exchange = co_await shared_.client.send(std::move(lease), std::move(request));
  crash_point("after an answer");
  stripe::Verdict verdict = stripe::classify(endpoint_of(intent_.step), exchange);
  if (exchange.answer)
    shared_.gate.answered(place, pushback_of(verdict));
  else
    shared_.gate.leave(place);
  if (exchange.answer) shared_.stripe_time.heard(exchange.answer->date);
  if (never_left(exchange)) {
    // As if there had been no connection: no attempt, and nothing unknown.
    if (intent_.state == IntentState::open) intent_.state = IntentState::unsent;
    shared_.events.no_connection(make_error(Errc::unreachable, "nothing was sent: " + exchange.failure));
    wait_for(++failures_in_a_row_, nullptr);
    co_return Turn::go_on;
  }
  if (!verdict.message.empty()) verdict.message = without_person(verdict.message, people_of(item_.content));
  shared_.events.answered(item_.account, endpoint_of(intent_.step), exchange, verdict);
  note_answer(verdict);
  // The answer is the last sending's: of the one before, on a connection that had died, nothing is known.
  if (exchange.sends > 1 && intent_.state == IntentState::open) intent_.state = IntentState::unknown;
  const Follow follow = plan::advance(case_, verdict, shared_.rules);
  co_return co_await act(follow, verdict, &exchange);
}

Task<Move::Turn> Move::act(Follow follow, const stripe::Verdict& verdict, const stripe::Exchange* exchange) {
  if (follow == Follow::again) {
    wait_for(intent_.attempts, &verdict);
    co_return Turn::go_on;
  }
  if (follow == Follow::wait) {
    wait_for(trial_.throttled, &verdict);
    co_return Turn::go_on;
  }
  const bool news = follow == Follow::account_lost && !account_.closed;
  if (follow == Follow::account_lost) {
    account_.lost = account_.closed = true;
    account_change_ = verdict.code;
    // Before anything is waited for: the next in line would go on knocking.
    shared_.gate.close(account_.index);
  }
  if (follow == Follow::stop_refused)
    shared_.stop.request(Why::refused,
                         "Stripe refuses the API key (" + verdict.code + "): " + verdict.message);
  if (follow == Follow::go_on) {
    name_next_step();
    if (may_go_on_at_once() && get_ready()) co_return co_await store_and_go_on(verdict, exchange);
  }
  const bool stored = co_await store(&verdict, exchange);
  if (!stored) co_return Turn::left;
  switch (follow) {
    case Follow::park:
      shared_.events.parked(item_);
      co_return Turn::parked;
    case Follow::account_lost:
      if (news) shared_.events.account_lost(item_.account, verdict);
      co_return Turn::left;
    case Follow::stop_refused:
      co_return Turn::left;
    case Follow::ask:
      // A refusal that was stored just now is not stored again with what is asked next.
      if (intent_.state == IntentState::settled) intent_.id = 0;
      co_return Turn::go_on;
    default:
      break;
  }
  if (!plan::is_under_way(item_)) {
    report_end();
    co_return Turn::ended;
  }
  begin_next_step();
  co_return Turn::go_on;
}

// An intent that was certainly not executed is marked so: another run may then do something else instead.
Task<Move::Turn> Move::leave() {
  // Nobody will ask for its answer in this run.
  const bool given_up = account_.closed && !account_.lost && !shared_.stop.requested();
  if (given_up && has_open_intent() && intent_.state == IntentState::unknown)
    co_return co_await park_unknown();
  if (intent_.id != 0 && intent_.state == IntentState::unsent) co_await store(nullptr, nullptr);
  co_return Turn::left;
}

// Of what this run sent first the process itself has counted the hours.
bool Move::key_is_forgotten() const {
  const bool doubtful = of_earlier_run_ && shared_.stripe_time.is_doubtful();
  return plan::is_forgotten(intent_, shared_.stripe_time.now(), shared_.rules.key_digest, doubtful);
}

// False, a moment before it is asked again: another worker might take over the lane while the request is
// under way.
bool Move::may_send() {
  if (!shared_.fleet || shared_.fleet->outlives(shared_.request_span)) return true;
  if (intent_.state == IntentState::open) intent_.state = IntentState::unsent;
  not_before_ = shared_.time.clock().steady() + kUntilLeased;
  return false;
}

void Move::stamp(Intent& intent) {
  const Stamp now = shared_.stripe_time.now();
  const bool first = intent.id == 0 || intent.state == IntentState::unsent;
  if (first) {
    of_earlier_run_ = false;
    intent.first_sent = now;
    intent.state = IntentState::open;
    intent.key_digest = shared_.rules.key_digest;
  }
  intent.last_sent = now;
  ++intent.sends;
}

stripe::Request Move::request_of_intent() const {
  return {endpoint_of(intent_.step), intent_.path, item_.account,
          intent_.idempotency_key,   intent_.body, intent_.api_version};
}

// Reading an original locks its customer on the platform, whichever account it is cloned to.
std::uint64_t Move::locks_of(Step step) const {
  if (step != Step::clone || item_.customer.empty()) return 0;
  return std::max<std::uint64_t>(1, std::hash<std::string>{}(item_.customer));
}

void Move::wait_for(int attempt, const stripe::Verdict* verdict) {
  std::optional<Nanoseconds> wish;
  if (verdict && verdict->retry_after) wish = *verdict->retry_after;
  const Nanoseconds delay =
      throttle::backoff(attempt, throttle::kBackoffBase, shared_.max_delay, shared_.random, wish);
  not_before_ = shared_.time.clock().steady() + delay;
}

void Move::note_answer(const stripe::Verdict& verdict) {
  if (verdict.status != 0) failures_in_a_row_ = 0;
  note_health(shared_, account_, item_.account, verdict);
  if (verdict.kind != Kind::done && verdict.kind != Kind::refused) return;
  shared_.gate.proven(account_.index);
  if (account_.lost && !account_.closed) {
    account_.lost = false;
    account_change_ = "";
    shared_.events.account_found(item_.account);
  }
  // Where the clone is to blame it may have been attached by an answer that was lost: a look decides.
  const bool refused = verdict.kind == Kind::refused;
  if (refused && plan::asks_about_clone(intent_.step, verdict)) return;
  note_for_brake(intent_.step, refused ? verdict.code : "");
}

void Move::note_for_brake(Step step, const std::string& code) {
  shared_.brake.answered(step, item_.account, code, item_.id);
  if (shared_.brake.tripped()) shared_.stop.request(Why::brake, shared_.brake.reason());
}

// Stored with the outcome, so that making the next intent leaves the item's row alone.
void Move::name_next_step() {
  if (!plan::is_under_way(item_)) return;
  const plan::Next next = plan::next(item_, link_, shared_.rules);
  if (const auto* call = std::get_if<plan::Call>(&next)) item_.step = call->step;
}

void Move::begin_next_step() {
  if (intent_.state == IntentState::settled) intent_ = Intent{};
  plan::Trial next;
  next.forgotten = trial_.forgotten;
  next.foreign_clone = trial_.foreign_clone;
  trial_ = std::move(next);
  not_before_ = SteadyTime::min();
}

void Move::report_end() {
  if (takes_back_) return shared_.events.taken_back(item_);
  shared_.events.ended(item_);
  count_against_budget();
  if (item_.state == State::failed && shared_.fail_fast)
    shared_.stop.request(Why::fail_fast, "an item failed (--fail-fast): " + item_.account + " " +
                                             item_.payment_method + ": " + item_.reason);
}

void Move::count_against_budget() {
  if (!shared_.budget) return;
  if (item_.state == State::succeeded) shared_.budget->succeeded();
  if (item_.state == State::failed) shared_.budget->failed(item_.reason);
  if (shared_.budget->exceeded()) shared_.stop.request(Why::failure_budget, shared_.budget->reason());
}

}  // namespace payferry::pipeline
