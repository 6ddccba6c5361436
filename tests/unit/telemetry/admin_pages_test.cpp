#include "telemetry/admin_pages.hpp"

#include <gtest/gtest.h>

namespace payferry::telemetry {
namespace {

namespace http = boost::beast::http;

AdminResponse ask(http::verb verb, const char* target, bool good = true) {
  AdminPages pages;
  pages.metrics = [] { return std::string("payferry_items_read 1\n"); };
  pages.healthy = pages.ready = [=] { return good; };
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

constexpr const char* kUnknown = "There is /, /metrics, /healthz and /readyz.\n";
constexpr const char* kNotServed =
    "The live page is not served beyond loopback without metrics.token_file.\n";
INSTANTIATE_TEST_SUITE_P(
    Requests, Page,
    testing::Values(Case{http::verb::get, "/metrics", true, 200, "payferry_items_read 1\n"},
                    Case{http::verb::get, "/metrics?name=x", true, 200, "payferry_items_read 1\n"},
                    Case{http::verb::get, "/healthz", true, 200, "ok\n"},
                    Case{http::verb::get, "/healthz", false, 503, "not healthy\n"},
                    Case{http::verb::get, "/readyz", true, 200, "ok\n"},
                    Case{http::verb::get, "/readyz", false, 503, "not ready\n"},
                    Case{http::verb::head, "/readyz", false, 503, ""},
                    Case{http::verb::get, "/", true, 403, kNotServed},
                    Case{http::verb::get, "/snapshot.json", true, 403, kNotServed},
                    Case{http::verb::post, "/steer", true, 403, kNotServed},
                    Case{http::verb::get, "", true, 404, kUnknown},
                    Case{http::verb::get, "/metrics/", true, 404, kUnknown},
                    Case{http::verb::get, "/../metrics", true, 404, kUnknown},
                    Case{http::verb::post, "/metrics", true, 405, "Only GET, HEAD.\n"},
                    Case{http::verb::delete_, "/nothing", true, 405, "Only GET, HEAD.\n"}));

TEST(AdminPages, head_tells_the_length_of_what_get_would_bring) {
  const AdminResponse response = ask(http::verb::head, "/metrics");
  EXPECT_EQ(response.body(), "");
  EXPECT_EQ(response["Content-Length"], "22");
}

TEST(AdminPages, metrics_bear_prometheus_own_content_type) {
  EXPECT_EQ(ask(http::verb::get, "/metrics")["Content-Type"], "text/plain; version=0.0.4; charset=utf-8");
}

AdminPages with_page(const std::string& token) {
  AdminPages pages;
  pages.snapshot = [] { return std::string("{}"); };
  pages.access = PageAccess(token, true, "secret");
  return pages;
}

AdminRequest request_of(http::verb verb, const char* target) {
  AdminRequest request(verb, target, 11);
  request.set(http::field::host, "localhost:9464");
  return request;
}

TEST(AdminPages, the_page_keeps_other_sites_out) {
  const AdminPages pages = with_page("");
  const AdminResponse page = admin_response(request_of(http::verb::get, "/"), pages);
  EXPECT_EQ(page.result_int(), 200U);
  EXPECT_NE(page.body().find("<!doctype html>"), std::string::npos);
  EXPECT_EQ(page["X-Frame-Options"], "DENY");
  EXPECT_EQ(page["Referrer-Policy"], "no-referrer");
  EXPECT_EQ(page["Cross-Origin-Resource-Policy"], "same-origin");
  EXPECT_TRUE(page["Content-Security-Policy"].starts_with("default-src 'none'; "));
  EXPECT_EQ(page["Content-Security-Policy"].find("unsafe"), boost::string_view::npos);
  AdminRequest rebound = request_of(http::verb::get, "/snapshot.json");
  EXPECT_EQ(admin_response(rebound, pages).result_int(), 200U);
  rebound.set(http::field::host, "evil.example:9464");
  EXPECT_EQ(admin_response(rebound, pages).result_int(), 403U);
}

TEST(AdminPages, with_a_token_only_the_empty_page_is_there_for_everybody) {
  const AdminPages pages = with_page("a-token-of-some-length");
  for (const char* file : {"/", "/page.css", "/page.js"})
    EXPECT_EQ(admin_response(request_of(http::verb::get, file), pages).result_int(), 200U) << file;
  AdminRequest asked = request_of(http::verb::get, "/snapshot.json");
  EXPECT_EQ(admin_response(asked, pages).result_int(), 401U);
  AdminRequest login = request_of(http::verb::post, "/login");
  EXPECT_EQ(admin_response(login, pages).result_int(), 401U);
  login.set(http::field::authorization, "Bearer a-token-of-some-length");
  EXPECT_EQ(admin_response(login, pages).result_int(), 401U) << "a form of another site could send that";
  login.set("X-Payferry", "page");
  const AdminResponse known = admin_response(login, pages);
  EXPECT_EQ(known.result_int(), 200U);
  const std::string cookie(known["Set-Cookie"].data(), known["Set-Cookie"].size());
  asked.set(http::field::cookie, cookie.substr(0, cookie.find(';')));
  const AdminResponse shown = admin_response(asked, pages);
  EXPECT_EQ(shown.result_int(), 200U);
  EXPECT_EQ(shown["X-Payferry-Steer"], "yes");
}

TEST(AdminPages, nothing_is_steered_by_get_or_from_elsewhere) {
  const AdminPages pages = with_page("a-token-of-some-length");
  EXPECT_EQ(admin_response(request_of(http::verb::get, "/steer"), pages).result_int(), 405U);
  EXPECT_EQ(admin_response(request_of(http::verb::get, "/login"), pages).result_int(), 405U);
  AdminRequest steer = request_of(http::verb::post, "/steer");
  steer.set(http::field::content_type, "application/json");
  EXPECT_FALSE(may_steer(steer, pages));
  EXPECT_EQ(admin_response(steer, pages).result_int(), 403U);
  steer.set(http::field::authorization, "Bearer a-token-of-some-length");
  EXPECT_TRUE(may_steer(steer, pages));
  steer.method(http::verb::get);
  EXPECT_FALSE(may_steer(steer, pages));
  steer.method(http::verb::post);
  steer.set(http::field::content_type, "text/plain");
  EXPECT_FALSE(may_steer(steer, pages));
}

TEST(AdminPages, a_refused_method_is_told_what_is_allowed) {
  EXPECT_EQ(ask(http::verb::put, "/metrics")["Allow"], "GET, HEAD");
}

}  // namespace
}  // namespace payferry::telemetry
