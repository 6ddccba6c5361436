#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

namespace payferry::simulator {

// Stripe counts each named operation as one endpoint, whatever the id in its path.
enum class Endpoint {
  retrieve_own_account,
  retrieve_account,
  clone,
  retrieve_payment_method,
  update_payment_method,
  attach,
  detach,
  list_payment_methods,
  create_customer,
  retrieve_customer,
  update_customer,
  delete_customer,
  list_customers,
  list_customer_payment_methods,
  list_payment_intents,
  list_subscriptions,
};

struct EndpointInfo {
  Endpoint endpoint;
  std::string_view name;
  std::string_view method;
  std::string_view path;  // {id} stands for one segment
};

inline constexpr std::size_t endpoint_count = 16;
extern const std::array<EndpointInfo, endpoint_count> endpoints;

inline const EndpointInfo& info(Endpoint endpoint) {
  return endpoints[static_cast<std::size_t>(endpoint)];
}

struct Route {
  Endpoint endpoint;
  std::string id;  // decoded; empty where the path has none
};

std::optional<Route> find_route(std::string_view method, std::string_view path);

}  // namespace payferry::simulator
