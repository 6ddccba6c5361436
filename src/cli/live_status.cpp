#include "cli/live_status.hpp"

#include <fmt/format.h>
#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "core/clock.hpp"
#include "core/shards.hpp"
#include "steer/socket_client.hpp"
#include "telemetry/text.hpp"

namespace payferry::cli {
namespace {

using rapidjson::Value;
constexpr unsigned kParse = rapidjson::kParseIterativeFlag;

// A member that need not be there: the run may be of another version.
const Value& at(const Value& object, const char* name) {
  static const Value kNone;
  if (!object.IsObject()) return kNone;
  const auto found = object.FindMember(name);
  return found == object.MemberEnd() ? kNone : found->value;
}

std::uint64_t count(const Value& object, const char* name) {
  const Value& value = at(object, name);
  return value.IsUint64() ? value.GetUint64() : 0;
}

double number(const Value& object, const char* name) {
  const Value& value = at(object, name);
  return value.IsNumber() ? value.GetDouble() : 0;
}

std::string text(const Value& object, const char* name) {
  const Value& value = at(object, name);
  return value.IsString() ? std::string(value.GetString(), value.GetStringLength()) : "";
}

std::string shown(std::uint64_t value) {
  return telemetry::with_separators(value);
}

std::string words(const Value& counts) {
  std::string all;
  if (!counts.IsObject()) return all;
  for (const auto& [name, value] : counts.GetObject())
    if (value.IsUint64())
      all += fmt::format("{}{} {}", all.empty() ? " (" : ", ", shown(value.GetUint64()), name.GetString());
  return all.empty() ? all : all + ")";
}

std::string span(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  const std::uint64_t days = whole / 86'400;
  const std::string clock = fmt::format("{}:{:02}:{:02}", whole / 3600 % 24, whole / 60 % 60, whole % 60);
  return days > 0 ? fmt::format("{} d {}", days, clock) : clock;
}

std::uint64_t ended(const Value& items) {
  return count(items, "read") - std::min(count(items, "read"), count(items, "pending"));
}

std::string how_far(const Value& live) {
  const Value& run = at(live, "run");
  if (count(run, "to_detach") > 0)
    return fmt::format("{} of {} detached", shown(count(run, "detached")), shown(count(run, "to_detach")));
  const Value& items = at(live, "items");
  const Value& input = at(live, "input");
  const bool complete = at(input, "complete").IsTrue() && !at(input, "counting").IsTrue();
  return fmt::format("{} of {}{} done", shown(ended(items)), shown(count(items, "read")),
                     complete ? "" : "+");
}

std::string pace(const Value& live) {
  const Value& now = at(live, "pace");
  std::string line = fmt::format("{:.1f}/s", number(now, "per_second"));
  if (const std::string held = text(now, "held_by"); !held.empty()) line += ", held by " + held;
  if (at(now, "seconds_left").IsNumber()) line += fmt::format(", {} left", span(number(now, "seconds_left")));
  return line;
}

std::string head(const Value& live, const std::string& ledger) {
  std::string page = fmt::format("job        {}: {}{}{}, going on for {}\n", text(live, "job"),
                                 text(live, "state"), text(live, "reason").empty() ? "" : ", ",
                                 text(live, "reason"), span(number(live, "seconds")));
  page += fmt::format("ledger     {}\n", ledger);
  page += fmt::format("progress   {}; {}\n", how_far(live), pace(live));
  return page;
}

std::string counts(const Value& live) {
  const Value& items = at(live, "items");
  std::string page = fmt::format(
      "entries    {}{}\n", shown(count(items, "read")),
      at(at(live, "input"), "counting").IsTrue() ? ", what earlier runs left is being counted" : "");
  for (const char* state :
       {"succeeded", "skipped", "failed", "blocked", "pending", "rejected", "duplicate"}) {
    std::string detail;
    if (state == std::string_view("failed")) detail = words(at(live, "failures"));
    if (state == std::string_view("pending")) detail = words(at(live, "pending_reasons"));
    page += fmt::format("  {:<10}{}{}\n", state, shown(count(items, state)), detail);
  }
  return page;
}

std::string limits(const Value& live) {
  const Value& requests = at(live, "requests");
  const Value& flight = at(live, "in_flight");
  std::string page =
      fmt::format("requests   {}, {} sent again, {} refused as too many{}; {} of {} in flight\n",
                  shown(count(requests, "total")), shown(count(requests, "retries")),
                  shown(count(requests, "rate_limited")), words(at(requests, "by_reason")),
                  count(flight, "now"), count(flight, "limit"));
  if (!at(live, "limits").IsArray()) return page;
  page += "limits     per second: configured, wanted now, in force, refused at\n";
  for (const Value& each : at(live, "limits").GetArray()) {
    const bool refused = at(each, "refused_at").IsNumber();
    page += fmt::format("  {:<20}{:>8.6g}{:>8.6g}{:>8.4g}{:>8}\n", text(each, "name"),
                        number(each, "configured"), number(each, "wanted"), number(each, "in_force"),
                        refused ? fmt::format("{:.4g}", number(each, "refused_at")) : "-");
  }
  return page;
}

std::string troubles(const Value& live) {
  std::string page;
  const Value& accounts = at(live, "accounts");
  if (count(accounts, "in_trouble") > 0)
    page += fmt::format("accounts   {} in trouble\n", count(accounts, "in_trouble"));
  if (at(accounts, "list").IsArray())
    for (const Value& each : at(accounts, "list").GetArray())
      page += fmt::format("  {} {} {}\n", text(each, "account"), text(each, "state"), text(each, "code"));
  if (at(live, "errors").IsArray() && !at(live, "errors").Empty()) page += "last errors\n";
  if (at(live, "errors").IsArray())
    for (const Value& each : at(live, "errors").GetArray())
      page +=
          fmt::format("  {} {} {} {} {} {}\n", to_iso8601(static_cast<std::int64_t>(count(each, "at_ms"))),
                      text(each, "account"), text(each, "endpoint"), text(each, "meaning"),
                      text(each, "code"), text(each, "request_id"));
  return page;
}

std::string workers(const Value& live) {
  std::string page;
  if (!at(live, "workers").IsArray()) return page;
  for (const Value& each : at(live, "workers").GetArray())
    page +=
        words_of_worker({text(each, "name"), number(each, "share"), static_cast<int>(count(each, "lanes")),
                         number(each, "per_second"), at(each, "live").IsTrue(), at(each, "reads").IsTrue(),
                         at(each, "idle").IsTrue()});
  return page;
}

std::string steering(const Value& live) {
  std::string page;
  const Value& now = at(live, "steering");
  if (at(now, "skipped_accounts").IsArray())
    for (const Value& each : at(now, "skipped_accounts").GetArray())
      if (each.IsString()) page += fmt::format("skipped    {}\n", each.GetString());
  if (at(now, "changes").IsArray())
    for (const Value& each : at(now, "changes").GetArray())
      page += fmt::format("steered    {}\n",
                          words_of_change(static_cast<std::int64_t>(count(each, "at_ms")), text(each, "who"),
                                          text(each, "what"), text(each, "account"), text(each, "before"),
                                          text(each, "after")));
  return page;
}

}  // namespace

Result<std::optional<std::string>> live_of(const settings::Settings& settings) {
  Result<std::optional<steer::SocketClient>> run = steer::SocketClient::connect(settings.beside);
  if (!run) return run.error();
  if (!*run) return std::optional<std::string>();
  steer::Request request;
  request.job = settings.job;
  const Result<steer::Reply> reply = (*run)->ask(request);
  if (!reply) return reply.error();
  // Another job's run uses the ledger: of this one none is going on.
  if (reply->code != steer::ReplyCode::done) return std::optional<std::string>();
  return std::optional<std::string>(reply->live);
}

std::string live_page(const std::string& live, const std::string& ledger) {
  rapidjson::Document document;
  document.Parse<kParse>(live.data(), live.size());
  return head(document, ledger) + counts(document) + limits(document) + workers(document) +
         troubles(document) + steering(document);
}

std::string live_line(const std::string& live) {
  rapidjson::Document document;
  document.Parse<kParse>(live.data(), live.size());
  const Value& items = at(document, "items");
  return fmt::format("{} {}: {}; {}; {} failed, {} rejected, {} blocked\n",
                     to_iso8601(static_cast<std::int64_t>(count(document, "at_ms"))), text(document, "state"),
                     how_far(document), pace(document), shown(count(items, "failed")),
                     shown(count(items, "rejected")), shown(count(items, "blocked")));
}

std::string with_member(const std::string& summary, const char* name, const std::string& json) {
  if (json.empty()) return summary;
  rapidjson::Document document;
  rapidjson::Document now(&document.GetAllocator());
  document.Parse<kParse>(summary.data(), summary.size());
  now.Parse<kParse>(json.data(), json.size());
  if (document.HasParseError() || !document.IsObject() || now.HasParseError()) return summary;
  document.AddMember(rapidjson::StringRef(name), static_cast<Value&>(now), document.GetAllocator());
  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  writer.SetFormatOptions(rapidjson::kFormatSingleLineArray);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

std::string words_of_worker(const ShownWorker& worker) {
  if (!worker.live) return fmt::format("worker     {}: not heard of, its lease has run out\n", worker.name);
  return fmt::format("worker     {}: {:.0f} % of the limits, {} of {} lanes, {:.1f}/s{}{}\n", worker.name,
                     worker.share * 100, worker.lanes, kShardCount, worker.per_second,
                     worker.reads ? ", reads the list" : "", worker.idle ? ", has nothing to do" : "");
}

std::string words_of_change(std::int64_t at_ms, const std::string& who, const std::string& what,
                            const std::string& account, const std::string& before, const std::string& after) {
  return fmt::format("{} by {}: {}{}{} {} -> {}", to_iso8601(at_ms), who, what, account.empty() ? "" : " ",
                     account, before, after);
}

}  // namespace payferry::cli
