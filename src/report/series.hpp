#pragma once

#include <array>
#include <cstdint>
#include <vector>

// Counts that stay small however much is counted.
namespace payferry::report {

// How much happened when, in at most kSlots equal slots. Where what happens lies further out than that, slots
// become twice as long.
class TimeSeries {
 public:
  static constexpr std::size_t kSlots = 120;
  static constexpr std::size_t kKinds = 2;

  // `start_ms`: what happens before counts in the first slot.
  explicit TimeSeries(std::int64_t start_ms) : start_ms_(start_ms) {}
  void add(std::int64_t moment_ms, std::size_t kind);

  std::int64_t start_ms() const { return start_ms_; }
  std::int64_t slot_ms() const { return slot_ms_; }
  // Up to the last slot in which something happened.
  const std::vector<std::array<std::uint64_t, kKinds>>& slots() const { return slots_; }

 private:
  void double_slots();

  std::int64_t start_ms_;
  std::int64_t slot_ms_ = 1000;
  std::vector<std::array<std::uint64_t, kKinds>> slots_;
};

// How long things took, at eight steps to each doubling: a share is known to 9 %.
class Durations {
 public:
  void add(int milliseconds);
  std::uint64_t count() const { return count_; }
  // The time within which this share (0 to 1) was done; 0 where nothing was counted.
  int within(double share) const;
  // How many took more than `above` and at most `most`.
  std::uint64_t between(int above, int most) const;

 private:
  static constexpr std::size_t kSteps = 8 * 32;
  static std::size_t step_of(int milliseconds);
  static int upper_of(std::size_t step);

  std::array<std::uint64_t, kSteps> steps_{};
  std::uint64_t count_ = 0;
};

}  // namespace payferry::report
