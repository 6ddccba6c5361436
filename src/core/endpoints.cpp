#include "core/endpoints.hpp"

namespace payferry {

std::optional<Endpoint> endpoint_from(std::string_view name) noexcept {
  for (std::size_t at = 0; at < kEndpointCount; ++at)
    if (to_string(static_cast<Endpoint>(at)) == name) return static_cast<Endpoint>(at);
  return std::nullopt;
}

}  // namespace payferry
