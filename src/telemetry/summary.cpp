#include "telemetry/summary.hpp"

#include <rapidjson/prettywriter.h>

#include "telemetry/json.hpp"

namespace payferry::telemetry {

namespace {

using PrettyJson = Json<rapidjson::PrettyWriter<rapidjson::StringBuffer>>;

void add_summary(PrettyJson& json, const Snapshot& now) {
  json.add("job", std::string_view(now.job));
  json.add("outcome", to_string(now.outcome));
  json.add("exit_code", static_cast<Count>(now.outcome));
  json.add("reason", std::string_view(now.reason));
  json.add_seconds("seconds", now.seconds);
  json.open("input");
  json.add("lines", now.input_lines);
  json.add_flag("complete", now.input_complete);
  json.close();
  json.add_items(now.items);
  json.open("run");
  json.add("succeeded", now.run_succeeded);
  json.add("failed", now.run_failed);
  json.add("blocked", now.run_blocked);
  json.close();
  json.add_words("pending_reasons", now.pending_reasons, "unknown");
  json.open("customers");
  json.add("created", now.customers_created);
  json.add("reused", now.customers_reused);
  json.close();
  json.add("possible_orphans", now.possible_orphans);
  json.open("requests");
  json.add("total", now.requests.total);
  json.add("retries", now.requests.retries);
  json.add("rate_limited", now.requests.rate_limited);
  json.add_by_endpoint(now.requests);
  json.close();
  json.add_words("failures", now.failures);
}

}  // namespace

std::string summary_json(const Snapshot& now) {
  PrettyJson json;
  json.writer().SetIndent(' ', 2);
  json.open();
  add_summary(json, now);
  json.close();
  return json.text() + "\n";
}

std::string noted_json(const Snapshot& now) {
  PrettyJson json;
  json.writer().SetIndent(' ', 2);
  json.open();
  add_summary(json, now);
  json.add_words("warnings", now.warnings);
  json.close();
  return json.text() + "\n";
}

}  // namespace payferry::telemetry
