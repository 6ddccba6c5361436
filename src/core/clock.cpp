#include "core/clock.hpp"

#include <fmt/chrono.h>
#include <time.h>

#include <algorithm>
#include <fstream>

namespace payferry {
namespace {

std::int64_t milliseconds_of(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return std::int64_t{now.tv_sec} * 1000 + now.tv_nsec / 1'000'000;
}

}  // namespace

std::int64_t age_ms(const Stamp& then, const Stamp& now) noexcept {
  const std::int64_t by_wall = now.wall_ms - then.wall_ms;
  const std::int64_t by_boot = then.boot_id == now.boot_id ? now.boot_ms - then.boot_ms : 0;
  return std::max({by_wall, by_boot, std::int64_t{0}});
}

SystemClock::SystemClock() {
  std::ifstream file("/proc/sys/kernel/random/boot_id");
  std::string line;
  std::getline(file, line);
  boot_id_ = line;
}

SteadyTime SystemClock::steady() const {
  return std::chrono::steady_clock::now();
}

Stamp SystemClock::stamp() const {
  return Stamp{milliseconds_of(CLOCK_REALTIME), milliseconds_of(CLOCK_BOOTTIME), boot_id_};
}

std::int64_t SystemClock::wall_ms() const {
  return milliseconds_of(CLOCK_REALTIME);
}

std::string to_iso8601(std::int64_t wall_ms) {
  const std::time_t seconds = static_cast<std::time_t>(wall_ms / 1000);
  return fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(seconds));
}

}  // namespace payferry
