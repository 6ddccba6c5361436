#pragma once

#include <chrono>
#include <cstdint>
#include <string>

// Time is injected: no decision asks the operating system, no test sleeps.
namespace payferry {

using Nanoseconds = std::chrono::nanoseconds;
// Never jumps, stands still while the machine sleeps: pacing, deadlines, latencies.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;

// When something happened, by two clocks that fail differently: the wall clock can be set, the boot clock
// (which goes on while the machine sleeps) starts again at 0 with every boot. Plain numbers: they are stored.
struct Stamp {
  std::int64_t wall_ms = 0;  // since 1970-01-01T00:00:00Z
  std::int64_t boot_ms = 0;  // since the boot that boot_id names
  std::string boot_id;
};

// How long ago `then` was, in milliseconds: the larger of what the two clocks say, the boot clock counting
// only within one boot. Never negative: a wall clock set back says nothing.
std::int64_t age_ms(const Stamp& then, const Stamp& now) noexcept;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady() const = 0;
  virtual Stamp stamp() const = 0;
};

// The operating system's clocks; boot time is CLOCK_BOOTTIME.
class SystemClock final : public Clock {
 public:
  SystemClock();
  SteadyTime steady() const override;
  Stamp stamp() const override;

 private:
  std::string boot_id_;
};

// "2026-11-23T04:20:00Z".
std::string to_iso8601(std::int64_t wall_ms);

}  // namespace payferry
