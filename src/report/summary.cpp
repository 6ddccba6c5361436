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

}  // namespace

std::string summary_json(const std::string& job, Outcome outcome, const std::string& reason,
                         const ledger::Tally& tally, const std::optional<ledger::RunRecord>& last_run) {
  telemetry::Snapshot now = snapshot_of(job, tally);
  now.outcome = outcome;
  now.reason = reason;
  const std::string counted = telemetry::summary_json(now);
  if (!last_run || last_run->summary.empty()) return counted;

  rapidjson::Document document;
  rapidjson::Document noted(&document.GetAllocator());
  document.Parse<rapidjson::kParseIterativeFlag>(counted.c_str());
  noted.Parse<rapidjson::kParseIterativeFlag>(last_run->summary.c_str());
  if (noted.HasParseError() || !noted.IsObject()) return counted;
  for (const char* part : {"run", "requests", "seconds"})
    if (noted.HasMember(part) && document.HasMember(part)) document[part] = noted[part];

  rapidjson::StringBuffer buffer;
  rapidjson::PrettyWriter<rapidjson::StringBuffer> writer(buffer);
  writer.SetIndent(' ', 2);
  document.Accept(writer);
  return std::string(buffer.GetString(), buffer.GetSize()) + "\n";
}

}  // namespace payferry::report
