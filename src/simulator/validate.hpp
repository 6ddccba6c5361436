#pragma once

#include <optional>

#include "simulator/errors.hpp"
#include "simulator/form.hpp"
#include "simulator/route.hpp"

namespace payferry::simulator {

// What Stripe checks before an endpoint begins to execute (and so never stores under an idempotency key):
// names of parameters, presence, emptiness, lengths, integers, metadata limits, expandable properties.
std::optional<ApiError> validate(Endpoint endpoint, const Params& params);

inline constexpr std::size_t max_metadata_keys = 50;
ApiError too_many_metadata_keys();

}  // namespace payferry::simulator
