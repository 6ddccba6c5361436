#include "telemetry/live.hpp"

#include <rapidjson/writer.h>

#include "telemetry/json.hpp"

namespace payferry::telemetry {
namespace {

using Live = Json<rapidjson::Writer<rapidjson::StringBuffer>>;

std::string_view state_of(const Snapshot& now) {
  if (now.stopping) return "stopping";
  if (!now.moving) return "starting";
  return now.paused ? "paused" : "moving";
}

Count moment(std::int64_t ms) {
  return static_cast<Count>(ms > 0 ? ms : 0);
}

void add_progress(Live& json, const Snapshot& now) {
  json.open("input");
  json.add("lines", now.input_lines);
  json.add_flag("complete", now.input_complete);
  json.add_flag("counting", now.counting);
  json.close();
  json.add_items(now.items);
  json.open("run");
  json.add("succeeded", now.run_succeeded);
  json.add("failed", now.run_failed);
  json.add("detached", now.detached);
  json.add("to_detach", now.to_detach);
  json.close();
  json.add_words("pending_reasons", now.pending_reasons);
  json.add_words("failures", now.failures);
  json.add_words("warnings", now.warnings);
}

void add_pace(Live& json, const Snapshot& now) {
  json.open("pace");
  json.add_seconds("per_second", now.ended_per_second);
  if (now.seconds_left)
    json.add_seconds("seconds_left", *now.seconds_left);
  else
    json.add_none("seconds_left");
  json.add("held_by", std::string_view(now.held_by));
  json.open("waits");
  for (const auto& [cause, seconds] : now.throttle_wait_seconds) json.add_seconds(cause, seconds);
  json.close();
  json.close();
  json.open("in_flight");
  json.add("now", static_cast<Count>(now.in_flight));
  json.add("limit", static_cast<Count>(now.in_flight_limit));
  json.close();
}

void add_limits(Live& json, const Snapshot& now) {
  json.open_list("limits");
  for (std::size_t at = 0; at < RateLimits::kCount; ++at) {
    const bool shown = at == 0 || at - 1 <= static_cast<std::size_t>(Endpoint::attach) ||
                       now.requests.by_endpoint[at - 1] > 0;
    if (!shown) continue;
    json.open();
    json.add("name", at == 0 ? "global" : to_string(static_cast<Endpoint>(at - 1)));
    json.add_seconds("configured", now.limits.configured[at]);
    json.add_seconds("wanted", now.limits.wanted[at]);
    json.add_seconds("in_force", now.limits.current[at]);
    if (now.limits.refused_at[at])
      json.add_seconds("refused_at", *now.limits.refused_at[at]);
    else
      json.add_none("refused_at");
    json.close();
  }
  json.close_list();
}

void add_requests(Live& json, const RequestCounts& requests) {
  json.open("requests");
  json.add("total", requests.total);
  json.add("retries", requests.retries);
  json.add("rate_limited", requests.rate_limited);
  json.add_by_endpoint(requests);
  json.add_words("by_reason", requests.rate_limited_by_reason);
  json.close();
}

void add_troubles(Live& json, const Snapshot& now) {
  json.open("accounts");
  json.add("in_trouble", now.accounts_in_trouble);
  json.open_list("list");
  for (const TroubledAccount& each : now.notables.accounts) {
    json.open();
    json.add("account", std::string_view(each.account));
    json.add("state", std::string_view(each.state));
    json.add("code", std::string_view(each.code));
    json.add("since_ms", moment(each.since_ms));
    json.close();
  }
  json.close_list();
  json.close();
  json.open_list("errors");
  for (const SeenError& each : now.notables.errors) {
    json.open();
    json.add("at_ms", moment(each.at_ms));
    json.add("account", std::string_view(each.account));
    json.add("endpoint", to_string(each.endpoint));
    json.add("meaning", std::string_view(each.meaning));
    json.add("code", std::string_view(each.code));
    json.add("request_id", std::string_view(each.request_id));
    json.close();
  }
  json.close_list();
}

void add_steering(Live& json, const Snapshot& now) {
  json.open("steering");
  json.add_flag("paused", now.paused);
  json.open_list("skipped_accounts");
  std::size_t shown = 0;
  for (const std::string& account : now.skipped_accounts)
    if (++shown <= Notables::kMostAccounts) json.add_text(account);
  json.close_list();
  json.open_list("changes");
  for (const SteeredChange& each : now.notables.changes) {
    json.open();
    json.add("at_ms", moment(each.at_ms));
    json.add("who", std::string_view(each.who));
    json.add("what", std::string_view(each.what));
    json.add("account", std::string_view(each.account));
    json.add("before", std::string_view(each.before));
    json.add("after", std::string_view(each.after));
    json.close();
  }
  json.close_list();
  json.close();
}

// Rows without names: it is most of what is sent.
void add_history(Live& json, const std::vector<Sample>& history) {
  json.open_list("history");
  for (const Sample& each : history) {
    json.open_list();
    json.add_number(each.seconds);
    for (const Count count :
         {each.ended, each.failed, each.requests, each.rate_limited, static_cast<Count>(each.in_flight)})
      json.add_number(static_cast<double>(count));
    json.close_list();
  }
  json.close_list();
}

}  // namespace

std::string live_json(const Snapshot& now, std::int64_t at_ms) {
  Live json;
  json.open();
  json.add("job", std::string_view(now.job));
  json.add("state", state_of(now));
  json.add("reason", std::string_view(now.reason));
  json.add("at_ms", moment(at_ms));
  json.add("started_ms", moment(now.started_wall_ms));
  json.add("last_success_ms", moment(now.last_success_wall_ms));
  json.add_seconds("seconds", now.seconds);
  add_progress(json, now);
  add_requests(json, now.requests);
  add_pace(json, now);
  add_limits(json, now);
  add_troubles(json, now);
  add_steering(json, now);
  if (!now.fleet.empty()) json.add_workers("workers", now.fleet);
  add_history(json, now.notables.history);
  json.close();
  return json.text();
}

}  // namespace payferry::telemetry
