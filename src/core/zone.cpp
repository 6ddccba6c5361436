#include "core/zone.hpp"

#include <cctz/civil_time.h>
#include <cctz/time_zone.h>

#include <chrono>

namespace payferry {

struct Zone::Rules {
  std::string name;
  cctz::time_zone zone;
};

std::optional<Zone> Zone::named(const std::string& name) {
  auto rules = std::make_shared<Rules>();
  rules->name = name;
  // A path would be taken too.
  const bool is_name = !name.empty() && name.front() != '/' && name.find("..") == std::string::npos;
  if (!is_name || !cctz::load_time_zone(name, &rules->zone)) return std::nullopt;
  Zone zone;
  zone.rules_ = std::move(rules);
  return zone;
}

const std::string& Zone::name() const {
  return rules_->name;
}

LocalTime Zone::at(std::int64_t wall_ms) const {
  const std::chrono::system_clock::time_point moment{std::chrono::milliseconds(wall_ms)};
  const cctz::civil_second local = cctz::convert(moment, rules_->zone);
  return {static_cast<int>(cctz::get_weekday(cctz::civil_day(local))), local.hour() * 60 + local.minute()};
}

}  // namespace payferry
