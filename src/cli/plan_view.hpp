#pragma once

#include <optional>
#include <string>
#include <vector>

#include "pipeline/look_around.hpp"
#include "pipeline/survey.hpp"
#include "plan/preflight.hpp"

namespace payferry::cli {

// What `payferry plan` found, as it is shown.
struct PlanView {
  const settings::Settings& settings;
  const pipeline::Survey& survey;
  std::optional<pipeline::LookAround> online;
  double latency = plan::kAssumedLatency;  // seconds
};

// What a user should know before the run.
std::vector<plan::Remark> warnings_of(const PlanView& view);

std::string plan_text(const PlanView& view);
// In the shape of docs/schemas/plan.schema.json.
std::string plan_json(const PlanView& view);

// "2 h 05 min", "12 min 30 s", "4.2 s".
std::string duration_text(double seconds);

}  // namespace payferry::cli
