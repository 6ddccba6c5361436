#pragma once

#include "stripe/verdict.hpp"
#include "throttle/causes.hpp"

namespace payferry::pipeline {

// Stripe's words as the throttle's: the two rooms do not know each other.
throttle::Pushback pushback_of(stripe::ThrottleReason reason);

}  // namespace payferry::pipeline
