#include "pipeline/pushback.hpp"

namespace payferry::pipeline {

throttle::Pushback pushback_of(stripe::ThrottleReason reason) {
  using stripe::ThrottleReason;
  using throttle::Pushback;
  switch (reason) {
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
