#include "simulator/route.hpp"

#include "simulator/form.hpp"

namespace payferry::simulator {

const std::array<EndpointInfo, endpoint_count> endpoints{{
    {Endpoint::retrieve_own_account, "retrieve_own_account", "GET", "/v1/account"},
    {Endpoint::retrieve_account, "retrieve_account", "GET", "/v1/accounts/{id}"},
    {Endpoint::clone, "clone", "POST", "/v1/payment_methods"},
    {Endpoint::retrieve_payment_method, "retrieve_payment_method", "GET", "/v1/payment_methods/{id}"},
    {Endpoint::update_payment_method, "update_payment_method", "POST", "/v1/payment_methods/{id}"},
    {Endpoint::attach, "attach", "POST", "/v1/payment_methods/{id}/attach"},
    {Endpoint::detach, "detach", "POST", "/v1/payment_methods/{id}/detach"},
    {Endpoint::list_payment_methods, "list_payment_methods", "GET", "/v1/payment_methods"},
    {Endpoint::create_customer, "create_customer", "POST", "/v1/customers"},
    {Endpoint::retrieve_customer, "retrieve_customer", "GET", "/v1/customers/{id}"},
    {Endpoint::update_customer, "update_customer", "POST", "/v1/customers/{id}"},
    {Endpoint::delete_customer, "delete_customer", "DELETE", "/v1/customers/{id}"},
    {Endpoint::list_customers, "list_customers", "GET", "/v1/customers"},
    {Endpoint::list_customer_payment_methods, "list_customer_payment_methods", "GET",
     "/v1/customers/{id}/payment_methods"},
    {Endpoint::list_payment_intents, "list_payment_intents", "GET", "/v1/payment_intents"},
    {Endpoint::list_subscriptions, "list_subscriptions", "GET", "/v1/subscriptions"},
}};

namespace {

constexpr std::string_view placeholder = "{id}";

// The text that stands for {id}, or nothing if the path is another one.
std::optional<std::string_view> match(std::string_view pattern, std::string_view path) {
  const auto at = pattern.find(placeholder);
  if (at == std::string_view::npos) {
    return pattern == path ? std::optional(std::string_view{}) : std::nullopt;
  }
  const std::string_view before = pattern.substr(0, at);
  const std::string_view after = pattern.substr(at + placeholder.size());
  if (path.size() <= before.size() + after.size()) return std::nullopt;
  if (path.substr(0, before.size()) != before || path.substr(path.size() - after.size()) != after)
    return std::nullopt;
  const std::string_view id = path.substr(before.size(), path.size() - before.size() - after.size());
  return id.find('/') == std::string_view::npos ? std::optional(id) : std::nullopt;
}

}  // namespace

std::optional<Route> find_route(std::string_view method, std::string_view path) {
  for (const EndpointInfo& candidate : endpoints) {
    if (candidate.method != method) continue;
    const auto id = match(candidate.path, path);
    if (!id) continue;
    auto decoded = decode_percent(*id, false);
    if (!decoded || !valid_utf8(*decoded)) return std::nullopt;
    return Route{candidate.endpoint, std::move(*decoded)};
  }
  return std::nullopt;
}

}  // namespace payferry::simulator
