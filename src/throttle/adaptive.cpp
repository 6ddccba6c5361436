#include "throttle/adaptive.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace payferry::throttle {
namespace {

constexpr double kCut = 0.8;
constexpr double kNear = 0.95;   // of the ceiling: from here on slowly
constexpr double kFast = 0.02;   // of the configured value, per second
constexpr double kSlow = 0.002;  // of the configured value, per second
constexpr Nanoseconds kWave = std::chrono::seconds(1);

}  // namespace

double Adaptive::value(SteadyTime now, double configured) const {
  if (!ceiling_) return configured;
  const double seconds = std::max(0.0, std::chrono::duration<double>(now - cut_at_ - kWave).count());
  const double near = std::max(after_cut_, *ceiling_ * kNear);
  const double fast_seconds = (near - after_cut_) / (configured * kFast);
  const double grown = seconds <= fast_seconds ? after_cut_ + seconds * configured * kFast
                                               : near + (seconds - fast_seconds) * configured * kSlow;
  return std::min(configured, grown);
}

void Adaptive::cut(SteadyTime now, double in_force, double floor) {
  if (!std::isfinite(in_force) || (ceiling_ && now - cut_at_ < kWave)) return;
  ceiling_ = in_force;
  after_cut_ = std::max(in_force * kCut, std::min(floor, in_force));
  cut_at_ = now;
}

}  // namespace payferry::throttle
