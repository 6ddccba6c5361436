#include "plan/advance.hpp"

#include "plan/next.hpp"

namespace payferry::plan {

using stripe::About;
using stripe::Kind;
using stripe::Verdict;

void fail(Item& item, Step step, const Verdict& verdict) {
  item.state = State::failed;
  item.step = step;
  item.reason = verdict.code;
  item.message = verdict.message;
  item.request_id = verdict.request_id;
}

void succeed(Item& item) {
  item.state = State::succeeded;
  item.reason.clear();
}

void after_attached(Item& item, const Rules& rules) {
  if (default_by_step(item, rules))
    item.step = Step::set_default;
  else
    succeed(item);
}

void roll_back(Item& item) {
  item.state = State::skipped;
  item.reason = kRolledBack;
  item.message.clear();
  item.request_id.clear();
  item.detaching = false;
}

void keep_attached(Item& item, const Verdict& refusal) {
  item.reason = refusal.code;
  item.message = refusal.message;
  item.request_id = refusal.request_id;
  item.detaching = false;
}

bool asks_about_clone(Step step, const Verdict& refusal) {
  return refusal.about == About::clone &&
         (step == Step::attach || step == Step::create_customer || step == Step::detach);
}

namespace {

Follow park(Item& item, const char* reason) {
  item.reason = reason;
  return Follow::park;
}

// The answer to what another ledger did under this key, up to a day ago: what it made may have been undone.
bool is_of_another_ledger(const Intent& intent, const Verdict& verdict) {
  return verdict.replayed && intent.state == IntentState::open;
}

// A clone needs no look: one that is unusable is refused by the next step.
Follow confirm(Case& c) {
  switch (c.intent.step) {
    case Step::create_customer:
    case Step::attach:
      c.item.state = State::pending;
      c.item.step = Step::attach;
      c.trial.ask = Ask::clone_of_attach;
      return Follow::ask;
    case Step::set_default:
      c.item.state = State::pending;
      c.trial.ask = Ask::default_of_customer;
      return Follow::ask;
    case Step::clone:
    case Step::detach:
      break;
  }
  return Follow::go_on;
}

Follow done(Case& c, const Verdict& verdict, const Rules& rules) {
  const bool doubtful = is_of_another_ledger(c.intent, verdict);
  c.intent.state = IntentState::settled;
  c.item.reason.clear();
  switch (c.intent.step) {
    case Step::clone: {
      const auto& clone = std::get<stripe::PaymentMethod>(verdict.object);
      c.item.clone_id = clone.id;
      c.item.details = clone.details;
      c.item.adopted = false;
      c.trial.foreign_clone = doubtful;
      break;
    }
    case Step::create_customer:
      c.link->target_customer = std::get<stripe::Customer>(verdict.object).id;
      c.link->origin = Origin::created;
      c.link_changed = true;
      succeed(c.item);
      break;
    case Step::attach:
      // For some test methods the answer's id is another one than was asked for.
      c.item.clone_id = std::get<stripe::PaymentMethod>(verdict.object).id;
      after_attached(c.item, rules);
      break;
    case Step::set_default:
      succeed(c.item);
      break;
    case Step::detach:
      roll_back(c.item);
      break;
  }
  return doubtful ? confirm(c) : Follow::go_on;
}

Follow refused_detach(Case& c, const Verdict& verdict) {
  // Whoever sends it again, in this run or another, does so under another key.
  ++c.item.detach_generation;
  if (!asks_about_clone(Step::detach, verdict)) {
    keep_attached(c.item, verdict);
    return Follow::go_on;
  }
  if (verdict.code == kGone) {
    roll_back(c.item);
    return Follow::go_on;
  }
  c.trial.refusal = verdict;
  c.trial.ask = Ask::clone_of_detach;
  return Follow::ask;
}

void refuse_link(Case& c, const Verdict& verdict) {
  c.link->refused_code = verdict.code;
  c.link->refused_message = verdict.message;
  c.link->refused_request_id = verdict.request_id;
  c.link_changed = true;
  c.item.failed_with_link = true;
}

Follow refused(Case& c, const Verdict& verdict) {
  const Step step = c.intent.step;
  c.intent.state = IntentState::settled;
  if (step == Step::detach) return refused_detach(c, verdict);
  if (step == Step::create_customer) {
    // Whoever creates next does other work than what was refused here.
    ++c.link->generation;
    c.link_changed = true;
  }
  if (asks_about_clone(step, verdict)) {
    // Stored with the item: a run that is cut off here must not send what was refused again.
    c.item.reason = kCloneRefused;
    c.item.message = verdict.message;
    c.item.request_id = verdict.request_id;
    c.trial.refusal = verdict;
    c.trial.ask = Ask::refused_clone;
    return Follow::ask;
  }
  if (verdict.about == About::customer && c.link && step != Step::set_default) refuse_link(c, verdict);
  fail(c.item, step, verdict);
  return Follow::go_on;
}

Follow unknown(Case& c, const Verdict& verdict, const Rules& rules) {
  c.intent.state = IntentState::unknown;
  ++c.intent.attempts;
  const bool failure = verdict.status >= 500;
  const bool stored =
      failure && (verdict.replayed || (verdict.should_retry == false && c.trial.no_retry_said));
  if (failure && verdict.should_retry == false) c.trial.no_retry_said = true;
  if (stored) return give_up_key(c, false, rules);
  if (c.intent.attempts >= rules.attempts) return park(c.item, "unknown");
  return Follow::again;
}

}  // namespace

Follow advance(Case& c, const Verdict& verdict, const Rules& rules) {
  if (verdict.kind != Kind::throttled) c.trial.throttled = 0;
  switch (verdict.kind) {
    case Kind::done:
      return done(c, verdict, rules);
    case Kind::refused:
      return refused(c, verdict);
    case Kind::unknown:
      return unknown(c, verdict, rules);
    case Kind::key_conflict:
      return give_up_key(c, true, rules);
    case Kind::throttled:
    case Kind::account_lost:
    case Kind::key_rejected:
      break;
  }
  // Certainly not executed; but what an earlier sending did stays unknown.
  if (c.intent.state == IntentState::open) c.intent.state = IntentState::unsent;
  if (verdict.kind == Kind::account_lost) return Follow::account_lost;
  if (verdict.kind == Kind::key_rejected) return Follow::stop_refused;
  ++c.trial.throttled;
  return Follow::wait;
}

namespace {

Follow give_up_clone_key(Case& c) {
  c.intent.state = IntentState::settled;
  if (!c.item.customer.empty()) {
    ++c.item.clone_generation;
    ++c.item.orphans;
    return Follow::go_on;
  }
  c.item.state = State::failed;
  c.item.step = Step::clone;
  c.item.reason = "original_consumed";
  c.item.message =
      "the original is attached to no customer, so sharing it has used it up, and the answer with the clone "
      "was lost";
  return Follow::go_on;
}

Ask question_of(Step step) {
  switch (step) {
    case Step::attach:
      return Ask::clone_of_attach;
    case Step::create_customer:
      return Ask::clone_of_creation;
    case Step::set_default:
      return Ask::default_of_customer;
    case Step::detach:
      return Ask::clone_of_detach;
    case Step::clone:
      break;
  }
  return Ask::nothing;
}

}  // namespace

Follow give_up_key(Case& c, bool by_somebody_else, const Rules& rules) {
  c.trial.no_retry_said = false;
  if (++c.trial.forgotten > rules.attempts) {
    c.intent.state = IntentState::unknown;
    return park(c.item, "unknown");
  }
  if (c.intent.step == Step::clone) return give_up_clone_key(c);
  c.intent.state = IntentState::unknown;
  c.trial.ask = question_of(c.intent.step);
  // Kept with the item: what somebody else did may be older than what we sent.
  if (by_somebody_else) c.item.message = kBySomebodyElse;
  return Follow::ask;
}

}  // namespace payferry::plan
