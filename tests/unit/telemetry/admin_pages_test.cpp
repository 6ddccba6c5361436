#include "telemetry/admin_pages.hpp"

#include <gtest/gtest.h>

namespace payferry::telemetry {
namespace {

namespace http = boost::beast::http;

AdminResponse ask(http::verb verb, const char* target, bool good = true) {
  const AdminPages pages{[] { return std::string("payferry_items_read 1\n"); }, [=] { return good; },
                         [=] { return good; }};
  const AdminRequest request(verb, target, 11);
  return admin_response(request, pages);
}

struct Case {
  http::verb verb;
  const char* target;
  bool good;
  unsigned status;
  const char* body;
};

class Page : public testing::TestWithParam<Case> {};

TEST_P(Page, answers_and_closes) {
  const AdminResponse response = ask(GetParam().verb, GetParam().target, GetParam().good);
  EXPECT_EQ(response.result_int(), GetParam().status);
  EXPECT_EQ(response.body(), GetParam().body);
  EXPECT_FALSE(response.keep_alive());
  EXPECT_EQ(response["X-Content-Type-Options"], "nosniff");
  EXPECT_EQ(response["Cache-Control"], "no-store");
}

constexpr const char* kUnknown = "There is /metrics, /healthz and /readyz.\n";
INSTANTIATE_TEST_SUITE_P(
    Requests, Page,
    testing::Values(Case{http::verb::get, "/metrics", true, 200, "payferry_items_read 1\n"},
                    Case{http::verb::get, "/metrics?name=x", true, 200, "payferry_items_read 1\n"},
                    Case{http::verb::get, "/healthz", true, 200, "ok\n"},
                    Case{http::verb::get, "/healthz", false, 503, "not healthy\n"},
                    Case{http::verb::get, "/readyz", true, 200, "ok\n"},
                    Case{http::verb::get, "/readyz", false, 503, "not ready\n"},
                    Case{http::verb::head, "/readyz", false, 503, ""},
                    Case{http::verb::get, "/", true, 404, kUnknown},
                    Case{http::verb::get, "", true, 404, kUnknown},
                    Case{http::verb::get, "/metrics/", true, 404, kUnknown},
                    Case{http::verb::get, "/../metrics", true, 404, kUnknown},
                    Case{http::verb::post, "/metrics", true, 405, "Only GET and HEAD.\n"},
                    Case{http::verb::delete_, "/nothing", true, 405, "Only GET and HEAD.\n"}));

TEST(AdminPages, head_tells_the_length_of_what_get_would_bring) {
  const AdminResponse response = ask(http::verb::head, "/metrics");
  EXPECT_EQ(response.body(), "");
  EXPECT_EQ(response["Content-Length"], "22");
}

TEST(AdminPages, metrics_bear_prometheus_own_content_type) {
  EXPECT_EQ(ask(http::verb::get, "/metrics")["Content-Type"], "text/plain; version=0.0.4; charset=utf-8");
}

TEST(AdminPages, a_refused_method_is_told_what_is_allowed) {
  EXPECT_EQ(ask(http::verb::put, "/metrics")["Allow"], "GET, HEAD");
}

}  // namespace
}  // namespace payferry::telemetry
