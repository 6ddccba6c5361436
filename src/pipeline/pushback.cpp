#include "pipeline/pushback.hpp"

namespace payferry::pipeline {

std::optional<throttle::Pushback> pushback_of(const stripe::Verdict& verdict) {
  using stripe::ThrottleReason;
  using throttle::Pushback;
  if (verdict.kind != stripe::Kind::throttled) return std::nullopt;
  switch (verdict.throttle) {
    case ThrottleReason::global_rate:
      return Pushback::global_rate;
    case ThrottleReason::endpoint_rate:
      return Pushback::endpoint_rate;
    case ThrottleReason::global_concurrency:
      return Pushback::global_concurrency;
    case ThrottleReason::endpoint_concurrency:
      return Pushback::endpoint_concurrency;
    case ThrottleReason::resource_specific:
      return Pushback::resource;
    case ThrottleReason::lock_timeout:
      return Pushback::lock;
    case ThrottleReason::unspecified:
      break;
  }
  return Pushback::unspecified;
}

}  // namespace payferry::pipeline
