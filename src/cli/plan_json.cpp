#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include <cmath>

#include "cli/plan_view.hpp"
#include "core/redact.hpp"
#include "telemetry/text.hpp"

namespace payferry::cli {
namespace {

class Json {
 public:
  Json() : writer_(buffer_) { writer_.SetIndent(' ', 2); }

  void open(std::string_view name = {}) {
    if (!name.empty()) key(name);
    writer_.StartObject();
  }
  void close() { writer_.EndObject(); }
  void open_list(std::string_view name) {
    key(name);
    writer_.StartArray();
  }
  void close_list() { writer_.EndArray(); }
  void count(std::string_view name, std::uint64_t value) {
    key(name);
    writer_.Uint64(value);
  }
  void item(std::uint64_t value) { writer_.Uint64(value); }
  void number(std::string_view name, double value) {
    key(name);
    writer_.Double(std::round(value * 1000) / 1000);
  }
  void flag(std::string_view name, bool value) {
    key(name);
    writer_.Bool(value);
  }
  void text(std::string_view name, std::string_view value) {
    key(name);
    string(value);
  }
  std::string whole() const { return std::string(buffer_.GetString(), buffer_.GetSize()) + "\n"; }

 private:
  void key(std::string_view name) {
    const std::string shown = telemetry::valid_utf8(redact(name));
    writer_.Key(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  }
  void string(std::string_view value) {
    const std::string shown = telemetry::valid_utf8(redact(value));
    writer_.String(shown.data(), static_cast<rapidjson::SizeType>(shown.size()));
  }

  rapidjson::StringBuffer buffer_;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer_;
};

void add_decisions(Json& json, std::string_view name, const pipeline::Decisions& counts) {
  json.open(name);
  for (std::size_t at = 0; at < counts.size(); ++at)
    json.count(to_string(static_cast<pipeline::Decision>(at)), counts[at]);
  json.close();
}

void add_calls(Json& json, const plan::Calls& calls) {
  json.open("calls");
  json.count("total", plan::sum_of(calls));
  json.open("by_endpoint");
  for (std::size_t at = 0; at < calls.size(); ++at)
    if (calls[at] > 0) json.count(to_string(static_cast<Endpoint>(at)), calls[at]);
  json.close();
  json.close();
}

void add_accounts(Json& json, const pipeline::Survey& survey) {
  json.open_list("accounts");
  for (const pipeline::SurveyedAccount& account : survey.accounts) {
    if (account.by_type.empty() && plan::sum_of(account.calls) == 0) continue;
    json.open();
    json.text("account", account.account);
    json.flag("blocked", account.lost);
    json.open("types");
    for (const auto& [type, counts] : account.by_type) add_decisions(json, type, counts);
    json.close();
    add_calls(json, account.calls);
    json.close();
  }
  json.close_list();
}

void add_bad_lines(Json& json, const pipeline::Survey& survey) {
  json.open_list("bad_lines");
  for (const auto& [code, lines] : survey.bad) {
    json.open();
    json.text("code", code);
    json.count("count", lines.count);
    json.text("message", lines.message);
    json.open_list("lines");
    for (const std::uint64_t line : lines.examples) json.item(line);
    json.close_list();
    json.close();
  }
  json.close_list();
}

void add_finish(Json& json, const settings::LimitSettings& limits, const plan::Finish& finish) {
  json.number("global", limits.global);
  json.number("endpoint", limits.endpoint);
  json.count("in_flight", static_cast<std::uint64_t>(limits.in_flight));
  json.number("seconds", finish.seconds);
  json.number("per_second", finish.per_second);
  json.text("bottleneck", to_string(finish.bottleneck));
  const bool named = finish.bottleneck == plan::Bottleneck::endpoint;
  json.text("bottleneck_endpoint", named ? to_string(finish.endpoint) : std::string_view());
}

void add_time(Json& json, const PlanView& view) {
  const plan::Load& load = view.survey.load;
  json.open("forecast");
  json.number("assumed_latency", view.latency);
  add_finish(json, view.settings.limits, plan::finish_at(load, view.settings.limits, view.latency));
  json.close();
  json.open_list("what_if");
  for (const plan::WhatIf& row :
       plan::what_if(load, view.settings.limits, view.settings.mode, view.latency)) {
    json.open();
    json.text("what", row.what);
    add_finish(json, row.limits, row.finish);
    json.close();
  }
  json.close_list();
  const plan::Advice advice = plan::advise(load, view.settings.limits, view.settings.mode, view.latency);
  json.open("advice");
  static constexpr std::array<const char*, 4> kKinds{"none", "raise_own", "ask_to_raise", "raise_in_flight"};
  json.text("kind", kKinds[static_cast<std::size_t>(advice.kind)]);
  json.text("limit", advice.limit);
  json.number("now", advice.now);
  json.number("then", advice.then);
  json.number("seconds", advice.seconds_then);
  json.close();
}

void add_online(Json& json, const pipeline::LookAround& online) {
  json.open("online");
  json.text("platform", online.platform);
  json.text("country", online.country);
  json.open_list("accounts");
  for (const pipeline::LookedAtAccount& account : online.accounts) {
    json.open();
    json.text("account", account.account);
    json.flag("readable", account.readable);
    json.flag("ready", account.readable && account.readiness.ready());
    json.text("code", account.readiness.not_ready.code);
    json.text("message", account.readiness.not_ready.message);
    json.open_list("warnings");
    for (const plan::Remark& warning : account.readiness.warnings) {
      json.open();
      json.text("code", warning.code);
      json.text("message", warning.message);
      json.close();
    }
    json.close_list();
    json.close();
  }
  json.close_list();
  json.open("sample");
  json.count("asked", online.sample.asked);
  json.count("found", online.sample.found);
  json.count("attached", online.sample.attached);
  json.open("types");
  for (const auto& [type, count] : online.sample.types) json.count(type, count);
  json.close();
  json.close();
  json.close();
}

}  // namespace

std::string plan_json(const PlanView& view) {
  const pipeline::Survey& survey = view.survey;
  Json json;
  json.open();
  json.text("job", view.settings.job);
  json.text("mode", to_string(view.settings.mode));
  json.flag("ledger_exists", survey.has_ledger);
  json.open("input");
  json.count("lines", survey.lines);
  json.count("lines_admitted", survey.lines_admitted);
  json.count("entries", survey.entries);
  json.close();
  add_decisions(json, "decisions", survey.total);
  json.open("failures");
  for (const auto& [code, count] : survey.failures) json.count(code, count);
  json.close();
  json.count("elsewhere", survey.elsewhere);
  json.count("amended", survey.amended);
  json.count("differing", survey.differing);
  add_accounts(json, survey);
  add_bad_lines(json, survey);
  add_calls(json, survey.load.calls);
  add_time(json, view);
  json.open("events");
  json.count("payment_method.attached", survey.methods_attached());
  json.count("customer.created", survey.customers_created());
  json.count("customer.updated", survey.customers_updated());
  json.close();
  json.open_list("warnings");
  for (const plan::Remark& warning : warnings_of(view)) {
    json.open();
    json.text("code", warning.code);
    json.text("message", warning.message);
    json.close();
  }
  json.close_list();
  if (view.online) add_online(json, *view.online);
  json.close();
  return json.whole();
}

}  // namespace payferry::cli
