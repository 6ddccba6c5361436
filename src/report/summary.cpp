#include "report/summary.hpp"

#include <rapidjson/document.h>
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "telemetry/summary.hpp"

namespace payferry::report {
namespace {

telemetry::Snapshot snapshot_of(const std::string& job, const ledger::Tally& tally) {
  telemetry::Snapshot now;
  now.job = job;
  now.input_lines = tally.lines;
  now.input_complete = tally.complete;
  now.items = {tally.read,
               tally.rejected,
               tally.duplicate,
               tally.count(State::succeeded),
               tally.count(State::skipped),
               tally.count(State::failed),
               tally.count(State::blocked),
               tally.count(State::pending)};
  for (const auto& [reason, count] : tally.pending_reasons) now.pending_reasons.add(reason, count);
  for (const auto& [code, count] : tally.failures) now.failures.add(code, count);
  now.customers_created = tally.customers_created;
  now.customers_reused = tally.customers_reused;
  now.possible_orphans = tally.possible_orphans;
  return now;
}

// The part of the last run as that run noted it.
void take_run(rapidjson::Document& document, const std::string& summary) {
  rapidjson::Document noted(&document.GetAllocator());
  noted.Parse<rapidjson::kParseIterativeFlag>(summary.data(), summary.size());
  if (noted.HasParseError() || !noted.IsObject()) return;
  for (const char* part : {"run", "requests", "seconds"})
    if (noted.HasMember(part) && document.HasMember(part)) document[part] = noted[part];
}

void add_learnt(rapidjson::Document& document, const std::vector<LearntLine>& learnt) {
  auto& memory = document.GetAllocator();
  rapidjson::Value list(rapidjson::kArrayType);
  for (const LearntLine& line : learnt) {
    rapidjson::Value entry(rapidjson::kObjectType);
    entry.AddMember("account", rapidjson::Value(line.account.c_str(), memory), memory);
    entry.AddMember("limit", rapidjson::Value(line.limit.c_str(), memory), memory);
    entry.AddMember("refused_at", line.refused_at, memory);
    entry.AddMember("met", rapidjson::Value(line.met.c_str(), memory), memory);
    entry.AddMember("documented", line.documented, memory);
    list.PushBack(entry, memory);
  }
  document.AddMember("learnt_limits", list, memory);
}

}  // namespace

std::string summary_json(const std::string& job, Outcome outcome, const std::string& reason,
                         const ledger::Tally& tally, const std::optional<ledger::RunRecord>& last_run,
                         const std::vector<LearntLine>& learnt) {
  telemetry::Snapshot now = snapshot_of(job, tally);
  now.outcome = outcome;
  now.reason = reason;
  const std::string counted = telemetry::summary_json(now);
  const bool has_run = last_run && !last_run->summary.empty();
  if (!has_run && learnt.empty()) return counted;

  rapidjson::Document document;
  document.Parse<rapidjson::kParseIterativeFlag>(counted.data(), counted.size());
  if (has_run) take_run(document, last_run->summary);
  if (!learnt.empty()) add_learnt(document, learnt);

  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace payferry::report
