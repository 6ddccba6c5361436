#include "settings/merge.hpp"

namespace payferry::settings {
namespace {

bool chooses_key(std::string_view name) {
  return name == "stripe.api_key" || name == "stripe.api_key_file";
}

bool chooses_source(std::string_view name) {
  return name == "source.csv" || name == "source.amqp" || name == "source.kafka";
}

}  // namespace

Merged merge(const std::vector<Found>& job, const std::vector<Found>& config) {
  Merged merged;
  bool job_chooses_key = false;
  bool job_chooses_source = false;
  for (const Found& found : job) {
    merged.effective.emplace(found.key->name, found);
    job_chooses_key = job_chooses_key || chooses_key(found.key->name);
    job_chooses_source = job_chooses_source || chooses_source(found.key->name);
  }
  for (const Found& found : config) {
    const std::string_view name = found.key->name;
    const bool replaced = merged.effective.contains(name) || (job_chooses_key && chooses_key(name)) ||
                          (job_chooses_source && chooses_source(name));
    if (replaced) {
      merged.overridden.push_back(found);
    } else {
      merged.effective.emplace(name, found);
    }
  }
  return merged;
}

}  // namespace payferry::settings
