#include "pipeline/directory.hpp"

#include <algorithm>

#include "plan/request.hpp"

namespace payferry::pipeline {

using async::Task;
using plan::Sighting;
using plan::Span;

namespace {

constexpr std::string_view kMarker = "payferry_source_customer";
// A listing that is this young is not repeated for what may have come since: nothing is concluded from its
// absence yet.
constexpr std::int64_t kFreshS = 60;

std::string source_of(const stripe::Customer& customer) {
  for (const auto& [key, value] : customer.metadata)
    if (key == kMarker) return value;
  return "";
}

void take(std::map<std::string, Sighting>& by_source, const stripe::Customer& customer) {
  const std::string source = source_of(customer);
  if (source.empty() || customer.deleted) return;
  const auto [known, added] = by_source.try_emplace(source, Sighting{customer.id, customer.created, 1});
  if (added || known->second.customer == customer.id) return;
  ++known->second.count;
  if (customer.created < known->second.created) {
    known->second.customer = customer.id;
    known->second.created = customer.created;
  }
}

// A listing that was refused shows nobody; that is not the same as nobody being there.
bool is_complete(const Directory::Search& search) {
  return search.kind == Read::Kind::answered && search.verdict.kind == stripe::Kind::done;
}

std::string page_path(Span span, const std::string& after) {
  std::string path = "/v1/customers?limit=100&created[gte]=" + std::to_string(span.from) +
                     "&created[lte]=" + std::to_string(span.to);
  if (!after.empty()) path += "&starting_after=" + plan::percent_encoded(after);
  return path;
}

}  // namespace

Task<Directory::Search> Directory::find(AccountPlace& account, std::int64_t account_id,
                                        std::string stripe_account, std::string source, Span span) {
  std::unique_ptr<Listed>& slot = accounts_[stripe_account];
  if (!slot) slot = std::make_unique<Listed>();
  Listed& listed = *slot;
  co_await wait_for_turn(listed);
  Search result = co_await cover(account, account_id, stripe_account, span, listed);
  listed.busy = false;
  if (!listed.waiting.empty()) listed.waiting.front()->wake();
  if (result.kind != Read::Kind::answered) co_return result;
  const auto known = listed.by_source.find(source);
  if (known != listed.by_source.end()) result.found = known->second;
  co_return result;
}

Task<void> Directory::wait_for_turn(Listed& listed) {
  while (listed.busy) {
    const std::unique_ptr<async::Alarm> alarm = shared_.time.make_alarm();
    listed.waiting.push_back(alarm.get());
    co_await alarm->wait_until(SteadyTime::max());
    std::erase(listed.waiting, alarm.get());
  }
  listed.busy = true;
}

// Lists what of the span was not listed yet; the first time, what any lost creation of the account needs.
Task<Directory::Search> Directory::cover(AccountPlace& account, std::int64_t account_id,
                                         std::string stripe_account, Span span, Listed& listed) {
  const std::int64_t now = shared_.stripe_time.now().wall_ms / 1000;
  Search covered;
  covered.kind = Read::Kind::answered;
  covered.verdict.kind = stripe::Kind::done;
  if (!listed.covered) {
    const Result<ledger::SentBetween> lost = co_await shared_.ledger.lost_creations(account_id);
    if (lost && lost->last_ms != 0) {
      Intent all;
      all.first_sent.wall_ms = lost->first_ms;
      all.last_sent.wall_ms = lost->last_ms;
      const Span wide = plan::span_of(all, false);
      span = {std::min(span.from, wide.from), std::max(span.to, wide.to)};
    }
  }
  const std::int64_t to = std::min(span.to, now);
  if (!listed.covered || span.from < listed.covered->from) {
    const Span before{span.from, listed.covered ? listed.covered->from : to};
    covered = co_await list(account, stripe_account, before, listed);
    if (!is_complete(covered)) co_return covered;
    listed.covered = Span{before.from, listed.covered ? listed.covered->to : to};
  }
  const bool settled = span.to <= now;
  if (to > listed.covered->to && (settled || to > listed.covered->to + kFreshS)) {
    const Span after{listed.covered->to, to};
    covered = co_await list(account, stripe_account, after, listed);
    if (is_complete(covered)) listed.covered->to = to;
  }
  co_return covered;
}

Task<Directory::Search> Directory::list(AccountPlace& account, std::string stripe_account, Span span,
                                        Listed& listed) {
  Search result;
  std::string after;
  for (;;) {
    std::string path = page_path(span, after);
    const Read page =
        co_await read(shared_, account, Endpoint::list_customers, std::move(path), stripe_account);
    result.kind = page.kind;
    result.verdict = page.verdict;
    if (page.kind != Read::Kind::answered || page.verdict.kind != stripe::Kind::done) co_return result;
    const auto& customers = std::get<stripe::Page<stripe::Customer>>(page.verdict.object);
    for (const stripe::Customer& customer : customers.data) take(listed.by_source, customer);
    if (!customers.has_more || customers.data.empty()) co_return result;
    after = customers.data.back().id;
  }
}

}  // namespace payferry::pipeline
