#pragma once

#include <optional>

#include "stripe/verdict.hpp"
#include "throttle/causes.hpp"

namespace payferry::pipeline {

// Stripe's words as the throttle's: the two rooms do not know each other. None: nothing was too much.
std::optional<throttle::Pushback> pushback_of(const stripe::Verdict& verdict);

}  // namespace payferry::pipeline
