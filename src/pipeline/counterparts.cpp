#include "pipeline/counterparts.hpp"

#include <fmt/format.h>

#include "plan/request.hpp"

namespace payferry::pipeline {

using async::Task;
using plan::FirstSight;
using stripe::Kind;

namespace {

constexpr Nanoseconds kOtherLook = std::chrono::milliseconds(500);
constexpr const char* kOthers = "other_customers";
constexpr const char* kUnreadable = "customers_unreadable";

std::string page_path(const std::string& after) {
  std::string path = "/v1/customers?limit=100";
  if (!after.empty()) path += "&starting_after=" + plan::percent_encoded(after);
  return path;
}

}  // namespace

template <class T>
bool Counterparts::kept(const Result<T>& stored) {
  if (!stored) shared_.stop.request(Why::ledger, stored.error().message);
  return stored.has_value();
}

// In a fleet one worker at a time: what one writes after its look must not seem somebody else's work to
// another.
Task<Guarded> Counterparts::look_first(AccountPlace& place, std::int64_t account_id, std::string account) {
  for (;;) {
    const Result<bool> ours = co_await shared_.ledger.begin_look(account_id);
    if (!kept(ours)) co_return Guarded::left;
    if (*ours) break;
    if (shared_.stop.requested() || place.closed) co_return Guarded::left;
    const std::unique_ptr<async::Alarm> alarm = shared_.time.make_alarm();
    co_await alarm->wait_until(shared_.time.clock().steady() + kOtherLook);
  }
  const Guarded looked = co_await look(place, account_id, std::move(account));
  const Result<bool> ended = co_await shared_.ledger.end_look(account_id);
  co_return kept(ended) ? looked : Guarded::left;
}

Task<Guarded> Counterparts::look(AccountPlace& place, std::int64_t account_id, std::string account) {
  const Result<ledger::AccountFacts> facts = co_await shared_.ledger.account_facts(account_id);
  if (!kept(facts)) co_return Guarded::left;
  place.taken_over = facts->looked == ledger::Looked::taken_over;
  const bool ours = facts->blocked_for == kOthers || facts->blocked_for == kUnreadable;
  if (ours) {
    const Result<bool> lifted = co_await shared_.ledger.block_account(account_id, "", "");
    if (!kept(lifted)) co_return Guarded::left;
    place.lost = false;
  }
  if (!rules_.creates || facts->looked != ledger::Looked::no) co_return Guarded::pass;
  const plan::FirstLookRules rules{rules_.others_block, rules_.new_ledger,
                                   facts->has_given || !rules_.find_key.empty()};
  Walk walked = co_await walk(place, account_id, account, &rules);
  co_return co_await conclude(place, account_id, std::move(account), std::move(walked));
}

// Goes through the account's customers, newest first, and keeps what they claim; with `first`, only as far
// as is needed to know whether the account may be written to.
Task<Counterparts::Walk> Counterparts::walk(AccountPlace& place, std::int64_t account_id, std::string account,
                                            const plan::FirstLookRules* first) {
  const plan::Claims claims{place.taken_over || (first && rules_.new_ledger), rules_.find_key};
  Walk walk;
  std::string after;
  while (!walk.look.at_end) {
    std::string path = page_path(after);
    const Read page = co_await read(shared_, place, Endpoint::list_customers, std::move(path), account);
    walk.verdict = page.verdict;
    if (page.kind == Read::Kind::left) co_return walk;
    if (page.kind == Read::Kind::unknown || page.verdict.kind != Kind::done) {
      const bool undecided = page.kind == Read::Kind::unknown && page.verdict.code != stripe::kNotOffered;
      walk.kind = undecided ? Walk::Kind::unknown : Walk::Kind::refused;
      co_return walk;
    }
    const auto& found = std::get<stripe::Page<stripe::Customer>>(page.verdict.object);
    const bool seen = co_await see(account_id, found.data, claims);
    if (!seen) co_return walk;
    walk.look.at_end = !found.has_more || found.data.empty();
    if (!found.data.empty()) after = found.data.back().id;
    if (!first) continue;
    const bool explained = co_await explain(account_id, found.data, walk.look);
    if (!explained) co_return walk;
    walk.sight = plan::first_sight(walk.look, *first);
    const bool ended =
        walk.sight == FirstSight::served_elsewhere || walk.sight == FirstSight::other_customers;
    if (ended) walk.kind = Walk::Kind::seen;
    if (ended) co_return walk;
  }
  if (claims.any()) {
    const bool linked = co_await link(account_id, account);
    if (!linked) co_return walk;
    searches_[account_id].ended = Searched::done;
  }
  walk.kind = Walk::Kind::seen;
  co_return walk;
}

Task<bool> Counterparts::see(std::int64_t account_id, const std::vector<stripe::Customer>& customers,
                             plan::Claims claims) {
  std::vector<ledger::SeenCustomer> seen;
  for (const stripe::Customer& customer : customers) {
    std::string source = plan::claimed_for(customer, claims);
    if (!source.empty()) seen.push_back({std::move(source), customer.id, customer.created});
  }
  if (seen.empty()) co_return true;
  const Result<bool> noted = co_await shared_.ledger.note_seen(account_id, std::move(seen));
  co_return kept(noted);
}

Task<bool> Counterparts::explain(std::int64_t account_id, const std::vector<stripe::Customer>& customers,
                                 plan::FirstLook& look) {
  const plan::Claims by_key{false, rules_.find_key};
  std::vector<std::string> ids;
  for (const stripe::Customer& customer : customers) {
    if (customer.deleted) continue;
    ids.push_back(customer.id);
    look.explained = look.explained || !plan::claimed_for(customer, by_key).empty();
    std::string source = plan::marked_for(customer);
    if (source.empty() || !look.marked.empty()) continue;
    look.marked = customer.id;
    look.marked_for = std::move(source);
  }
  look.customers = look.customers || !ids.empty();
  if (look.explained || ids.empty()) co_return true;
  const Result<bool> named = co_await shared_.ledger.names_any(account_id, std::move(ids));
  if (!kept(named)) co_return false;
  look.explained = *named;
  co_return true;
}

Task<bool> Counterparts::link(std::int64_t account_id, std::string account) {
  std::uint64_t links = 0;
  std::string after;
  for (bool more = true; more;) {
    const Result<ledger::LinkedSeen> linked = co_await shared_.ledger.link_seen(account_id, after);
    if (!kept(linked)) co_return false;
    for (const ledger::LinkedSeen::Several& one : linked->several)
      shared_.events.several_customers(account, one.customer, one.taken, one.count);
    links += linked->links;
    after = linked->last;
    more = linked->more;
  }
  shared_.events.counterparts_found(account, links);
  co_return true;
}

Task<Guarded> Counterparts::conclude(AccountPlace& place, std::int64_t account_id, std::string account,
                                     Walk walk) {
  switch (walk.kind) {
    case Walk::Kind::left:
      co_return Guarded::left;
    case Walk::Kind::unknown:
      not_looked(account, walk.verdict, "nothing is moved to it in this run");
      co_return Guarded::left;
    case Walk::Kind::refused: {
      const bool go_on = rules_.find_key.empty();
      co_return co_await refused(place, account_id, std::move(account), std::move(walk.verdict), go_on);
    }
    case Walk::Kind::seen:
      break;
  }
  if (walk.sight == FirstSight::served_elsewhere) {
    shared_.stop.request(
        Why::ledger,
        fmt::format("account {} has a customer that Payferry made ({} for the platform's {}), but ledger {} "
                    "knows nothing of that account: another ledger served it, and nothing was sent there. "
                    "Name that ledger under `ledger`; or, where it is lost, run once with --new-ledger: the "
                    "customers that bear Payferry's mark are then taken over",
                    account, walk.look.marked, walk.look.marked_for, rules_.ledger));
    co_return Guarded::left;
  }
  if (walk.sight == FirstSight::other_customers) {
    stripe::Verdict why;
    why.code = kOthers;
    why.message =
        "the account has customers already, and nothing tells whether they are counterparts of the "
        "platform's: name them in target.customers_file, have them found by target.find, or say that they "
        "are someone else's with target.other_customers: ignore";
    co_return co_await block(place, account_id, std::move(account), std::move(why));
  }
  const bool over = walk.sight == FirstSight::take_over;
  place.taken_over = over;
  co_return co_await pass(account_id, over ? ledger::Looked::taken_over : ledger::Looked::yes);
}

// By Stripe, or by a server that knows no such list. A key that may not read customers (403) may well
// make them. `go_on`: nothing was asked for that only this list could tell.
Task<Guarded> Counterparts::refused(AccountPlace& place, std::int64_t account_id, std::string account,
                                    stripe::Verdict verdict, bool go_on) {
  if (verdict.kind == Kind::account_lost)
    co_return co_await block(place, account_id, std::move(account), std::move(verdict));
  if (verdict.kind == Kind::key_rejected && verdict.status != 403) {
    shared_.stop.request(Why::refused,
                         "Stripe refuses the API key (" + verdict.code + "): " + verdict.message);
    co_return Guarded::left;
  }
  if (go_on) {
    not_looked(account, verdict, "it is moved to all the same");
    co_return co_await pass(account_id, ledger::Looked::yes);
  }
  stripe::Verdict why;
  why.code = kUnreadable;
  why.message = fmt::format(
      "Stripe refuses to list the account's customers ({}{}{}), so that counterparts cannot be found: allow "
      "the key to read customers, or set target.find to none",
      verdict.code, verdict.message.empty() ? "" : ": ", verdict.message);
  co_return co_await block(place, account_id, std::move(account), std::move(why));
}

void Counterparts::not_looked(const std::string& account, const stripe::Verdict& verdict,
                              const char* consequence) {
  shared_.events.remarked(
      account,
      {"customers_unread",
       fmt::format("the customers of the account could not be looked at ({}{}{}); {}", verdict.code,
                   verdict.message.empty() ? "" : ": ", verdict.message, consequence)},
      false);
}

Task<Guarded> Counterparts::pass(std::int64_t account_id, ledger::Looked looked) {
  const Result<bool> noted = co_await shared_.ledger.note_looked(account_id, looked);
  co_return kept(noted) ? Guarded::pass : Guarded::left;
}

Task<Guarded> Counterparts::block(AccountPlace& place, std::int64_t account_id, std::string account,
                                  stripe::Verdict why) {
  const Result<bool> stored = co_await shared_.ledger.block_account(account_id, why.code, why.message);
  if (!kept(stored)) co_return Guarded::left;
  place.lost = place.closed = true;
  shared_.gate.close(place.index);
  if (why.kind == Kind::account_lost)
    shared_.events.account_lost(account, why);
  else
    shared_.events.remarked(account, {why.code, why.message}, true);
  co_return Guarded::blocked;
}

Task<Counterparts::Searched> Counterparts::search(AccountPlace& place, std::int64_t account_id,
                                                  std::string account) {
  Search& search = searches_[account_id];
  while (search.busy) {
    const std::unique_ptr<async::Alarm> alarm = shared_.time.make_alarm();
    search.waiting.push_back(alarm.get());
    co_await alarm->wait_until(SteadyTime::max());
    std::erase(search.waiting, alarm.get());
  }
  if (search.ended) co_return *search.ended;
  search.busy = true;
  const Searched ended = co_await search_now(place, account_id, std::move(account));
  search.busy = false;
  search.ended = ended;
  for (async::Alarm* alarm : search.waiting) alarm->wake();
  co_return ended;
}

Task<Counterparts::Searched> Counterparts::search_now(AccountPlace& place, std::int64_t account_id,
                                                      std::string account) {
  Walk walked = co_await walk(place, account_id, account, nullptr);
  if (walked.kind == Walk::Kind::seen) co_return Searched::done;
  if (walked.kind == Walk::Kind::left) co_return Searched::left;
  if (walked.kind == Walk::Kind::unknown) {
    not_looked(account, walked.verdict, "items without a customer there wait for another run");
    co_return Searched::unknown;
  }
  co_await refused(place, account_id, std::move(account), std::move(walked.verdict), false);
  co_return Searched::left;
}

}  // namespace payferry::pipeline
