#include "simulator/route.hpp"

#include <gtest/gtest.h>

namespace payferry::simulator {
namespace {

TEST(Route, EveryEndpointIsFoundByItsOwnPath) {
  for (const EndpointInfo& endpoint : endpoints) {
    std::string path(endpoint.path);
    if (const auto id = path.find("{id}"); id != std::string::npos) path.replace(id, 4, "x_1");
    const auto route = find_route(endpoint.method, path);
    ASSERT_TRUE(route) << path;
    EXPECT_EQ(route->endpoint, endpoint.endpoint) << path;
    EXPECT_EQ(route->id, endpoint.path.find("{id}") == std::string_view::npos ? "" : "x_1");
  }
}

TEST(Route, TableStandsInTheOrderOfTheEnumeration) {
  for (std::size_t i = 0; i < endpoint_count; ++i)
    EXPECT_EQ(static_cast<std::size_t>(endpoints[i].endpoint), i);
}

TEST(Route, EverythingElseIsUnknown) {
  EXPECT_FALSE(find_route("PUT", "/v1/customers/cus_1"));
  EXPECT_FALSE(find_route("GET", "/v1/customers/"));
  EXPECT_FALSE(find_route("GET", "/v1/customers/a/b"));
  EXPECT_FALSE(find_route("POST", "/v1/payment_methods//attach"));
  EXPECT_FALSE(find_route("GET", "/v2/customers"));
  EXPECT_FALSE(find_route("DELETE", "/v1/payment_methods/pm_1"));
}

}  // namespace
}  // namespace payferry::simulator
