#include "throttle/learnt_rate.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace payferry::throttle {
namespace {

// What is believed of a wave before it is counted: as if so many calls had been seen, this share taken.
constexpr double kPrior = 14;
constexpr double kPriorTaken = 0.985;
constexpr double kUnderEstimate = 0.97;
constexpr double kYieldMore = 0.8;  // where somebody else uses the limit too
constexpr double kAgain = 1.25;     // of the estimate: what is met again up to here stands

constexpr double kNear = 1.1;  // of the estimate: up to here slowly
// Per second, of the estimate. Where few calls are made a second the steps are smaller in proportion: what
// counts is how many calls go between two refusals.
constexpr double kSlow = 0.006;
constexpr double kFast = 0.04;
constexpr double kFewCalls = 10;
constexpr double kLongestSlow = 300;  // seconds, or a minute in which all is refused would cost half an hour
// Of what is configured, once it has passed the limit: all comes back in some three minutes, however little
// was left.
constexpr double kLeastStep = 0.125;

double to_seconds(Nanoseconds span) {
  return std::max(0.0, std::chrono::duration<double>(span).count());
}

}  // namespace

double LearntRate::value(SteadyTime now, double configured) const {
  if (!ceiling_) return configured;
  const double seconds = to_seconds(now - cut_at_);
  const double step = *ceiling_ * std::min(1.0, *ceiling_ / kFewCalls);
  const double far_step = std::max(step, configured * kLeastStep);
  // What somebody else took for a while is no limit.
  const double near = most_ < 1 ? start_ : std::max(start_, *ceiling_ * kNear);
  const double slow = std::max(step * kSlow, (near - start_) / kLongestSlow);
  const double slow_seconds = (near - start_) / slow;
  const double grown =
      seconds <= slow_seconds ? start_ + seconds * slow : near + (seconds - slow_seconds) * far_step * kFast;
  return std::min(configured, grown);
}

void LearntRate::refused(SteadyTime sent, SteadyTime now, double in_force, bool ours, double floor) {
  if (!std::isfinite(in_force)) return;
  const bool same_wave = ceiling_ && refused_ > 0 && sent < cut_at_;
  if (same_wave) {
    ++refused_;
    first_refused_ = std::min(first_refused_, sent);
  } else {
    cut_at_ = met_at_ = now;
    first_refused_ = sent;
    sent_at_ = in_force;
    floor_ = std::min(floor, in_force);
    const bool met_again = ceiling_ && in_force <= *ceiling_ * kAgain;
    most_ = ours || met_again ? 1 : kYieldMore;
    refused_ = 1;
    taken_ = 0;
  }
  estimate();
}

void LearntRate::taken(SteadyTime sent) {
  if (refused_ == 0 || sent < first_refused_ || sent >= cut_at_) return;
  ++taken_;
  estimate();
}

void LearntRate::estimate() {
  const double share = (taken_ + kPrior * kPriorTaken) / (taken_ + refused_ + kPrior);
  ceiling_ = std::max(floor_, sent_at_ * share * most_);
  start_ = std::max(floor_, *ceiling_ * kUnderEstimate);
}

void LearntRate::restore(SteadyTime now, double ceiling, Nanoseconds age, double configured) {
  if (age >= kForgotten || ceiling >= configured || ceiling <= 0) return;
  const double stale = to_seconds(age) / to_seconds(kForgotten);
  ceiling_ = ceiling;
  start_ = ceiling * kUnderEstimate + (configured - ceiling * kUnderEstimate) * stale;
  cut_at_ = now;
  met_at_ = now - age;
  refused_ = 0;
}

}  // namespace payferry::throttle
