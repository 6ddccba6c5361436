#include "pipeline/stripe_time.hpp"

#include <time.h>

#include <cstdlib>

namespace payferry::pipeline {
namespace {

// A Date header has whole seconds and is as old as the way of the answer.
constexpr std::int64_t kNoiseMs = 5'000;
constexpr std::int64_t kWarnMs = 60'000;
constexpr std::int64_t kDoubtMs = 3'600'000;

}  // namespace

std::optional<std::int64_t> seconds_of_http_date(std::string_view date) {
  const std::string text(date);
  std::tm parts{};
  const char* end = ::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return ::timegm(&parts);
}

Stamp StripeTime::now() const {
  Stamp stamp = clock_.stamp();
  stamp.wall_ms += skew_ms_;
  return stamp;
}

std::int64_t StripeTime::wall_ms() const {
  return clock_.wall_ms() + skew_ms_;
}

bool StripeTime::is_doubtful() const {
  return std::llabs(skew_ms_) > kDoubtMs;
}

void StripeTime::heard(std::string_view date) {
  // Many answers bear one second's date, and reading it costs as much as reading the rest of their headers.
  if (date != heard_) {
    heard_ = date;
    theirs_ = seconds_of_http_date(date);
  }
  if (!theirs_) return;
  const std::int64_t skew = *theirs_ * 1000 - clock_.wall_ms();
  skew_ms_ = std::llabs(skew) > kNoiseMs ? skew : 0;
  if (std::llabs(skew) <= kWarnMs || warned_) return;
  warned_ = true;
  warn_(skew / 1000);
}

}  // namespace payferry::pipeline
