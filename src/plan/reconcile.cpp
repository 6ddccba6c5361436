#include "plan/reconcile.hpp"

#include "plan/next.hpp"

namespace payferry::plan {

using stripe::Kind;
using stripe::Verdict;

namespace {

constexpr std::int64_t kMarginBeforeS = 15 * 60;
// Stripe remembers a key for a day at least: whoever used it before us did so within two.
constexpr std::int64_t kSomebodyElseBeforeS = 48 * 3600;
constexpr std::int64_t kMarginAfterS = kSettlingMs / 1000;

void settle(Case& c) {
  c.intent.state = IntentState::settled;
  c.trial.ask = Ask::nothing;
  c.item.reason.clear();
  c.item.message.clear();
  c.item.request_id.clear();
}

Follow give_up_clone(Case& c, const Verdict& refusal) {
  if (c.item.clone_replacements >= kMaxReplacements) {
    fail(c.item, c.intent.step, refusal);
    return Follow::go_on;
  }
  ++c.item.clone_replacements;
  ++c.item.clone_generation;
  c.item.clone_id.clear();
  c.item.step = Step::clone;
  return Follow::go_on;
}

Follow after_refused_clone(Case& c, const std::string& holder, const Rules& rules) {
  const Verdict refusal = c.trial.refusal;
  settle(c);
  if (!holder.empty() && c.link && holder == c.link->target_customer) {
    after_attached(c.item, rules);
    return Follow::go_on;
  }
  return give_up_clone(c, refusal);
}

Follow after_lost_attach(Case& c, const std::string& holder, const Verdict& seen, const Rules& rules) {
  settle(c);
  if (seen.kind == Kind::refused) return give_up_clone(c, seen);
  if (holder.empty()) {
    ++c.item.attach_generation;
  } else if (holder == c.link->target_customer && c.intent.step == Step::create_customer) {
    succeed(c.item);
  } else if (holder == c.link->target_customer) {
    after_attached(c.item, rules);
  } else {
    Verdict elsewhere;
    elsewhere.code = "attached_elsewhere";
    elsewhere.message = "the clone is attached to " + holder + ", not to " + c.link->target_customer;
    elsewhere.request_id = seen.request_id;
    fail(c.item, Step::attach, elsewhere);
  }
  return Follow::go_on;
}

// The answer to its detaching is lost, or said that there is nothing to detach.
Follow after_detach(Case& c, const std::string& holder, const Verdict& seen, const Rules& rules) {
  const bool read = seen.kind == Kind::done || seen.code == kGone;
  if (!read) {
    c.trial.ask = Ask::nothing;
    c.item.reason = "unknown";
    return Follow::park;
  }
  const bool lost = c.intent.state != IntentState::settled;
  const Verdict refusal = c.trial.refusal;
  settle(c);
  if (holder.empty()) {
    roll_back(c.item);
  } else if (holder != c.link->target_customer) {
    Verdict elsewhere;
    elsewhere.code = "attached_elsewhere";
    elsewhere.message =
        "the clone is attached to " + holder + ", not to " + c.link->target_customer + ", and was left there";
    elsewhere.request_id = seen.request_id;
    fail(c.item, Step::detach, elsewhere);
    c.item.detaching = false;
  } else if (lost) {
    ++c.item.detach_generation;
  } else if (++c.trial.forgotten > rules.attempts) {
    keep_attached(c.item, refusal);
  }
  return Follow::go_on;
}

void adopt(Case& c, const std::string& customer) {
  c.link->target_customer = customer;
  c.link->origin = Origin::created;
  c.link_changed = true;
}

// The clone's only way to a customer is the very creation that was lost.
Follow after_lost_creation(Case& c, const std::string& holder) {
  if (holder.empty()) {
    c.trial.ask = Ask::created_customer;
    return Follow::ask;
  }
  adopt(c, holder);
  settle(c);
  succeed(c.item);
  return Follow::go_on;
}

// What a read answers when it decides nothing.
std::optional<Follow> undecided(const Verdict& seen) {
  switch (seen.kind) {
    case Kind::done:
    case Kind::refused:
      return std::nullopt;
    case Kind::throttled:
      return Follow::wait;
    case Kind::account_lost:
      return Follow::account_lost;
    case Kind::key_rejected:
      return Follow::stop_refused;
    case Kind::unknown:
    case Kind::key_conflict:
      break;
  }
  return Follow::again;
}

}  // namespace

Follow after_clone_read(Case& c, const Verdict& seen, const Rules& rules) {
  if (const std::optional<Follow> follow = undecided(seen)) return *follow;
  const auto* clone = std::get_if<stripe::PaymentMethod>(&seen.object);
  const std::string holder = clone ? clone->customer : "";
  switch (c.trial.ask) {
    case Ask::clone_of_attach:
      return after_lost_attach(c, holder, seen, rules);
    case Ask::clone_of_creation:
      return after_lost_creation(c, holder);
    case Ask::clone_of_detach:
      return after_detach(c, holder, seen, rules);
    default:
      return after_refused_clone(c, holder, rules);
  }
}

Follow after_default_read(Case& c, const Verdict& seen) {
  if (const std::optional<Follow> follow = undecided(seen)) return *follow;
  settle(c);
  const auto* customer = std::get_if<stripe::Customer>(&seen.object);
  if (!customer || customer->deleted) {
    Verdict gone = seen;
    if (gone.code.empty()) gone.code = "customer_deleted";
    fail(c.item, Step::set_default, gone);
  } else if (customer->default_payment_method == c.item.clone_id) {
    succeed(c.item);
  } else {
    ++c.item.default_generation;
  }
  return Follow::go_on;
}

Span span_of(const Intent& creation, bool by_somebody_else) {
  const std::int64_t before = by_somebody_else ? kSomebodyElseBeforeS : kMarginBeforeS;
  return {creation.first_sent.wall_ms / 1000 - before, creation.last_sent.wall_ms / 1000 + kMarginAfterS};
}

Follow after_search(Case& c, const std::optional<Sighting>& found, std::int64_t age_ms) {
  if (found) {
    adopt(c, found->customer);
    settle(c);
    return Follow::go_on;
  }
  if (age_ms < kSettlingMs) {
    c.trial.ask = Ask::nothing;
    c.item.reason = kSettling;
    return Follow::park;
  }
  settle(c);
  ++c.link->generation;
  c.link_changed = true;
  return Follow::go_on;
}

}  // namespace payferry::plan
