#pragma once

#include <optional>
#include <string_view>

#include "core/words.hpp"

namespace payferry {

// The endpoint that is called so in settings, requests to a run and the ledger.
std::optional<Endpoint> endpoint_from(std::string_view name) noexcept;

}  // namespace payferry
