#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"

namespace payferry::pipeline {

// Seconds since 1970 of an HTTP date ("Mon, 23 Nov 2026 04:20:00 GMT"); none where it is not one.
std::optional<std::int64_t> seconds_of_http_date(std::string_view date);

// The wall clock as Stripe has it: ours, moved by what the answers' Date headers say. Ages of idempotency
// keys are measured by it, so that a machine whose clock was set wrong, or was mended in the middle of a job,
// does not send what Stripe has forgotten.
class StripeTime {
 public:
  // `warn` is told, in seconds, when our clock is first seen to be more than a minute off.
  StripeTime(const Clock& clock, std::function<void(std::int64_t)> warn)
      : clock_(clock), warn_(std::move(warn)) {}

  Stamp now() const;
  std::int64_t wall_ms() const;
  void heard(std::string_view date);
  std::int64_t skew_ms() const { return skew_ms_; }
  // Over an hour apart, one of the two clocks has jumped, and nothing tells which: how old it is what an
  // earlier run sent is not known.
  bool is_doubtful() const;

 private:
  const Clock& clock_;
  std::function<void(std::int64_t)> warn_;
  std::string heard_;
  std::optional<std::int64_t> theirs_;  // seconds since 1970 that `heard_` says
  std::int64_t skew_ms_ = 0;
  bool warned_ = false;
};

}  // namespace payferry::pipeline
