#include "telemetry/summary.hpp"

#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cmath>

#include "core/redact.hpp"
#include "telemetry/text.hpp"

namespace payferry::telemetry {
namespace {

class Json {
 public:
  Json() : writer_(buffer_) {
    writer_.SetIndent(' ', 2);
    writer_.SetMaxDecimalPlaces(3);
  }

  void open(std::string_view name = {}) {
    if (!name.empty()) key(name);
    writer_.StartObject();
  }
  void close() { writer_.EndObject(); }
  void add(std::string_view name, Count value) {
    key(name);
    writer_.Uint64(value);
  }
  void add(std::string_view name, std::string_view value) {
    key(name);
    const std::string shown = valid_utf8(redact(value));
    writer_.String(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  }
  void add_flag(std::string_view name, bool value) {
    key(name);
    writer_.Bool(value);
  }
  void add_seconds(std::string_view name, double value) {
    key(name);
    const double rounded = std::isfinite(value) && value > 0 ? std::round(value * 1000) / 1000 : 0;
    if (rounded == std::floor(rounded))
      writer_.Uint64(static_cast<Count>(rounded));
    else
      writer_.Double(rounded);
  }
  std::string text() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  void key(std::string_view name) {
    const std::string shown = valid_utf8(redact(name));
    writer_.Key(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_;
};

void add_items(Json& json, const ItemCounts& items) {
  json.open("items");
  json.add("read", items.read);
  json.add("rejected", items.rejected);
  json.add("duplicate", items.duplicate);
  json.add("succeeded", items.succeeded);
  json.add("skipped", items.skipped);
  json.add("failed", items.failed);
  json.add("blocked", items.blocked);
  json.add("pending", items.pending);
  json.close();
}

void add_requests(Json& json, const RequestCounts& requests) {
  json.open("requests");
  json.add("total", requests.total);
  json.add("retries", requests.retries);
  json.add("rate_limited", requests.rate_limited);
  json.open("by_endpoint");
  for (std::size_t at = 0; at < kEndpointCount; ++at) {
    const Endpoint endpoint = static_cast<Endpoint>(at);
    const bool always = endpoint <= Endpoint::attach;
    if (always || requests.of(endpoint) > 0) json.add(to_string(endpoint), requests.of(endpoint));
  }
  json.close();
  json.close();
}

void add_words(Json& json, std::string_view name, const WordCounts& words, std::string_view always = {}) {
  json.open(name);
  if (!always.empty()) json.add(always, words.of(always));
  for (const auto& [word, count] : words.all())
    if (count > 0 && word != always) json.add(word, count);
  json.close();
}

void add_summary(Json& json, const Snapshot& now) {
  json.add("job", std::string_view(now.job));
  json.add("outcome", to_string(now.outcome));
  json.add("exit_code", static_cast<Count>(now.outcome));
  json.add("reason", std::string_view(now.reason));
  json.add_seconds("seconds", now.seconds);
  json.open("input");
  json.add("lines", now.input_lines);
  json.add_flag("complete", now.input_complete);
  json.close();
  add_items(json, now.items);
  json.open("run");
  json.add("succeeded", now.run_succeeded);
  json.add("failed", now.run_failed);
  json.add("blocked", now.run_blocked);
  json.close();
  add_words(json, "pending_reasons", now.pending_reasons, "unknown");
  json.open("customers");
  json.add("created", now.customers_created);
  json.add("reused", now.customers_reused);
  json.close();
  json.add("possible_orphans", now.possible_orphans);
  add_requests(json, now.requests);
  add_words(json, "failures", now.failures);
}

}  // namespace

std::string summary_json(const Snapshot& now) {
  Json json;
  json.open();
  add_summary(json, now);
  json.close();
  return json.text();
}

std::string noted_json(const Snapshot& now) {
  Json json;
  json.open();
  add_summary(json, now);
  add_words(json, "warnings", now.warnings);
  json.close();
  return json.text();
}

}  // namespace payferry::telemetry
