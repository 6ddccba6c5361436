#include "telemetry/fleet.hpp"

#include <rapidjson/document.h>
#include <rapidjson/writer.h>

#include "telemetry/json.hpp"

namespace payferry::telemetry {
namespace {

using Line = Json<rapidjson::Writer<rapidjson::StringBuffer>>;

// Of what another worker wrote, perhaps an older one.
template <class T>
void read(const rapidjson::Document& told, const char* name, T& value) {
  const auto found = told.FindMember(name);
  if (found == told.MemberEnd() || !found->value.IsNumber()) return;
  value = static_cast<T>(found->value.GetDouble());
}

}  // namespace

std::string told_to_fleet(const Snapshot& now) {
  Line json;
  json.open();
  json.add_seconds("per_second", now.ended_per_second);
  json.add("in_flight", static_cast<Count>(now.in_flight));
  json.add("succeeded", now.run_succeeded);
  json.add("failed", now.run_failed);
  json.add("held_by", std::string_view(now.held_by));
  json.close();
  return json.text();
}

void read_told(std::string_view told, FleetLine& line) {
  rapidjson::Document document;
  document.Parse(told.data(), told.size());
  if (document.HasParseError() || !document.IsObject()) return;
  read(document, "per_second", line.ended_per_second);
  read(document, "in_flight", line.in_flight);
  read(document, "succeeded", line.run_succeeded);
  read(document, "failed", line.run_failed);
  const auto held = document.FindMember("held_by");
  if (held != document.MemberEnd() && held->value.IsString()) line.held_by = held->value.GetString();
}

std::string fleet_json(const std::vector<FleetLine>& fleet) {
  Line json;
  json.add_workers(fleet);
  return json.text();
}

}  // namespace payferry::telemetry
