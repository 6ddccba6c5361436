#include "report/series.hpp"

#include <algorithm>
#include <cmath>

namespace payferry::report {

void TimeSeries::add(std::int64_t moment_ms, std::size_t kind) {
  const std::int64_t after = moment_ms > start_ms_ ? moment_ms - start_ms_ : 0;
  while (after / slot_ms_ >= static_cast<std::int64_t>(kSlots)) double_slots();
  const auto slot = static_cast<std::size_t>(after / slot_ms_);
  if (slots_.size() <= slot) slots_.resize(slot + 1);
  ++slots_[slot][kind];
}

void TimeSeries::double_slots() {
  for (std::size_t i = 0; i < slots_.size(); ++i) {
    const auto taken = slots_[i];
    slots_[i] = {};
    for (std::size_t kind = 0; kind < kKinds; ++kind) slots_[i / 2][kind] += taken[kind];
  }
  slots_.resize((slots_.size() + 1) / 2);
  slot_ms_ *= 2;
}

std::size_t Durations::step_of(int milliseconds) {
  if (milliseconds <= 1) return 0;
  const double step = std::ceil(std::log2(static_cast<double>(milliseconds)) * 8 - 1e-9);
  return std::min(static_cast<std::size_t>(step), kSteps - 1);
}

int Durations::upper_of(std::size_t step) {
  const double upper = std::exp2(static_cast<double>(step) / 8);
  return static_cast<int>(std::min(std::floor(upper + 1e-9), 2147483647.0));
}

void Durations::add(int milliseconds) {
  ++steps_[step_of(milliseconds)];
  ++count_;
}

int Durations::within(double share) const {
  if (count_ == 0) return 0;
  const double wanted = share * static_cast<double>(count_);
  std::uint64_t sum = 0;
  for (std::size_t step = 0; step < kSteps; ++step) {
    sum += steps_[step];
    if (steps_[step] > 0 && static_cast<double>(sum) >= wanted) return upper_of(step);
  }
  return upper_of(kSteps - 1);
}

std::uint64_t Durations::between(int above, int most) const {
  std::uint64_t sum = 0;
  for (std::size_t step = 0; step < kSteps; ++step)
    if (upper_of(step) > above && upper_of(step) <= most) sum += steps_[step];
  return sum;
}

}  // namespace payferry::report
