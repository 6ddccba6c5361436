#include "simulator/report.hpp"

#include <algorithm>
#include <tuple>

namespace payferry::simulator {
namespace {

constexpr std::size_t listed = 20;
constexpr std::string_view source_customer_key = "payferry_source_customer";

// How many of the clones of one original, or of the customers of one source, one account has.
using Tally = std::map<std::pair<std::string, std::string>, std::uint64_t>;

struct Judgement {
  std::uint64_t attached = 0, orphans = 0, detached = 0, misattached = 0, consumed = 0;
  Tally attached_of;   // (account, original) → attached clones
  Tally clones_of;     // … → clones in any state
  Tally customers_of;  // (account, source customer) → customers
};

void judge_methods(const Account& account, Judgement& out) {
  for (const auto& [id, method] : account.methods) {
    if (method.original.empty()) continue;
    const std::pair key{account.id, method.original};
    ++out.clones_of[key];
    out.orphans += method.use == Use::fresh ? 1 : 0;
    out.detached += method.use == Use::detached ? 1 : 0;
    if (method.use != Use::attached) continue;
    ++out.attached;
    ++out.attached_of[key];
    const std::string* source = find_metadata(method.customer->metadata, source_customer_key);
    if (source && !method.original_customer.empty() && *source != method.original_customer) ++out.misattached;
  }
}

Judgement judge(const Store& store) {
  Judgement out;
  for (const auto& [id, account] : store.connected()) {
    judge_methods(*account, out);
    for (const Customer* customer : account->order) {
      const std::string* source =
          customer->deleted ? nullptr : find_metadata(customer->metadata, source_customer_key);
      if (source) ++out.customers_of[{account->id, *source}];
    }
  }
  for (const auto& [id, method] : store.platform().methods)
    out.consumed += method.use == Use::consumed ? 1 : 0;
  return out;
}

void write_repeats(Json& json, const std::string& name, const char* what, const Tally& tally) {
  std::uint64_t count = 0;
  for (const auto& [key, number] : tally) count += number > 1 ? 1 : 0;
  json.field(name, count).key(name + "_list").open_list();
  std::size_t shown = 0;
  for (const auto& [key, number] : tally) {
    if (number < 2) continue;
    if (++shown > listed) break;
    json.open().field("account", key.first).field(what, key.second).field("count", number).close();
  }
  json.close_list();
}

void write_map(Json& json, std::string_view name, const std::map<std::string, std::uint64_t>& counts) {
  json.key(name).open();
  for (const auto& [key, count] : counts) json.field(key, count);
  json.close();
}

std::string_view name_at(std::size_t index) {
  return index < endpoint_count ? endpoints[index].name : "other";
}

void write_requests(Json& json, const Counters& counters) {
  std::uint64_t total = 0;
  std::map<int, std::uint64_t> by_status;
  json.key("requests").open();
  json.key("by_endpoint").open();
  for (std::size_t i = 0; i <= endpoint_count; ++i) {
    const auto& endpoint = counters.endpoints[i];
    if (endpoint.requests == 0) continue;
    total += endpoint.requests;
    json.key(name_at(i)).open().field("requests", endpoint.requests);
    json.field("max_per_second", endpoint.window.most()).key("by_status").open();
    for (const auto& [status, count] : endpoint.by_status) {
      by_status[status] += count;
      json.field(std::to_string(status), count);
    }
    json.close().close();
  }
  json.close().key("by_status").open();
  for (const auto& [status, count] : by_status) json.field(std::to_string(status), count);
  json.close().field("max_per_second", counters.window.most()).field("total", total).close();
  json.key("writes").open();
  for (std::size_t i = 0; i < endpoint_count; ++i) {
    if (counters.endpoints[i].writes > 0) json.field(name_at(i), counters.endpoints[i].writes);
  }
  json.close();
}

}  // namespace

void SecondWindow::add(std::int64_t now) {
  while (!times_.empty() && times_.front() <= now - 1'000'000) times_.pop_front();
  times_.push_back(now);
  most_ = std::max(most_, times_.size());
}

std::string report_body(const Store& store, const Counters& counters) {
  const Judgement found = judge(store);
  Json json;
  json.open();
  write_requests(json, counters);
  json.key("clones").open();
  json.field("total", counters.clones).field("attached", found.attached).field("orphans", found.orphans);
  json.field("detached", found.detached).field("misattached", found.misattached).close();
  write_repeats(json, "duplicate_clones", "original", found.attached_of);
  write_repeats(json, "repeated_clones", "original", found.clones_of);
  write_repeats(json, "duplicate_customers", "source_customer", found.customers_of);
  json.field("orphans", found.orphans).field("originals_consumed", found.consumed);
  write_map(json, "customers_created", counters.customers_created);
  json.key("idempotency").open().field("replays", counters.idempotent_replays);
  json.field("mismatches", counters.key_mismatches).field("in_use", counters.keys_in_use).close();
  json.field("lock_timeouts", counters.lock_timeouts);
  json.field("posts_without_account", counters.posts_without_account);
  json.field("posts_without_key", counters.posts_without_key);
  write_map(json, "rate_limited", counters.rate_limited);
  write_map(json, "faults", counters.faults);
  json.close();
  return json.take();
}

std::string attached_lines(const Store& store) {
  std::string out;
  for (const auto& [id, account] : store.connected()) {
    for (const Customer* customer : account->order) {
      for (const PaymentMethod* method : customer->methods) {
        Json json;
        const std::string* source = find_metadata(customer->metadata, source_customer_key);
        json.open().field("account", account->id).field("customer", customer->id);
        json.field("source_customer", source ? *source : std::string()).field("clone", method->id);
        json.field("original", method->original).field("original_customer", method->original_customer);
        json.field("type", name_of(method->type))
            .field("default", customer->default_method == method)
            .close();
        out += json.take();
        out += '\n';
      }
    }
  }
  return out;
}

std::string request_log_body(const std::deque<LoggedRequest>& log) {
  Json json;
  json.open().key("requests").open_list();
  for (const LoggedRequest& entry : log) {
    json.open().field("arrived_us", entry.arrived_us).field("answered_us", entry.answered_us);
    json.field("method", entry.method).field("target", entry.target);
    json.field("account", entry.account)
        .field("idempotency_key", entry.key)
        .field("api_key", entry.masked_api_key);
    json.field("version", entry.version).field("user_agent", entry.user_agent).field("body", entry.body);
    json.field("status", entry.status)
        .field("request_id", entry.request_id)
        .field("replayed", entry.replayed);
    json.field("fault", entry.fault).close();
  }
  json.close_list().close();
  return json.take();
}

}  // namespace payferry::simulator
