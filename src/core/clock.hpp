#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

// Time is injected: no decision asks the operating system, no test sleeps.
namespace payferry {

using Nanoseconds = std::chrono::nanoseconds;
// Never jumps, stands still while the machine sleeps: pacing, deadlines, latencies.
using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, Nanoseconds>;

// Names a boot of this machine: a UUID; what is longer is cut. In place, because stamps are copied all day
// long.
class BootId {
 public:
  BootId() = default;
  template <std::convertible_to<std::string_view> Text>
  BootId(const Text& from) {
    const std::string_view text(from);
    size_ = static_cast<std::uint8_t>(std::min(text.size(), text_.size()));
    std::copy_n(text.begin(), size_, text_.begin());
  }
  operator std::string_view() const { return {text_.data(), size_}; }
  bool empty() const { return size_ == 0; }
  bool operator==(const BootId&) const = default;

 private:
  std::array<char, 36> text_{};  // zeros behind its end
  std::uint8_t size_ = 0;
};

// When something happened, by two clocks that fail differently: the wall clock can be set, the boot clock
// (which goes on while the machine sleeps) starts again at 0 with every boot. Plain numbers: they are stored.
struct Stamp {
  std::int64_t wall_ms = 0;  // since 1970-01-01T00:00:00Z
  std::int64_t boot_ms = 0;  // since the boot that boot_id names
  BootId boot_id;
};

// How long ago `then` was, in milliseconds: the larger of what the two clocks say, the boot clock counting
// only within one boot. Never negative: a wall clock set back says nothing.
std::int64_t age_ms(const Stamp& then, const Stamp& now) noexcept;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual SteadyTime steady() const = 0;
  virtual Stamp stamp() const = 0;
  // The wall clock's part of a stamp.
  virtual std::int64_t wall_ms() const { return stamp().wall_ms; }
};

// The operating system's clocks; boot time is CLOCK_BOOTTIME.
class SystemClock final : public Clock {
 public:
  SystemClock();
  SteadyTime steady() const override;
  Stamp stamp() const override;
  std::int64_t wall_ms() const override;

 private:
  BootId boot_id_;
};

// "2026-11-23T04:20:00Z".
std::string to_iso8601(std::int64_t wall_ms);

}  // namespace payferry
