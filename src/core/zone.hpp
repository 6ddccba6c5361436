#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace payferry {

// What a clock on the wall shows.
struct LocalTime {
  int weekday = 0;  // 0: Monday
  int minute = 0;   // of the day
};

// A time zone of the system's database, with its summer times.
class Zone {
 public:
  // By its name there, e.g. Europe/Berlin; none if there is none of that name.
  static std::optional<Zone> named(const std::string& name);

  const std::string& name() const;
  LocalTime at(std::int64_t wall_ms) const;

 private:
  struct Rules;
  std::shared_ptr<const Rules> rules_;
};

}  // namespace payferry
