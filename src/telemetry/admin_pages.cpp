#include "telemetry/admin_pages.hpp"

#include "telemetry/metrics.hpp"
#include "telemetry/page_files.hpp"

namespace payferry::telemetry {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kPlain = "text/plain; charset=utf-8";
constexpr std::string_view kJson = "application/json";
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src data:; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

struct Page {
  http::status status;
  std::string body;
  std::string_view type = kPlain;
};

boost::string_view boosted(std::string_view text) {
  return {text.data(), text.size()};
}

template <class Field>
std::string_view header(const AdminRequest& request, Field field) {
  const auto value = request[field];
  return {value.data(), value.size()};
}

std::string_view path_of(const AdminRequest& request) {
  const std::string_view target(request.target().data(), request.target().size());
  return target.substr(0, target.find('?'));
}

Page probe(bool good, std::string_view when_not) {
  if (good) return {http::status::ok, "ok\n"};
  return {http::status::service_unavailable, std::string(when_not) + "\n"};
}

// What does not tell of the run is there for everybody: the page without its data.
std::optional<Page> file_at(std::string_view path) {
  if (path == "/") return Page{http::status::ok, std::string(kPageHtml), "text/html; charset=utf-8"};
  if (path == "/page.css") return Page{http::status::ok, std::string(kPageCss), "text/css; charset=utf-8"};
  if (path == "/page.js")
    return Page{http::status::ok, std::string(kPageJs), "text/javascript; charset=utf-8"};
  return std::nullopt;
}

bool is_of_the_page(std::string_view path) {
  return path == "/" || path == "/page.css" || path == "/page.js" || path == "/snapshot.json" ||
         path == "/login" || path == "/steer";
}

// None: nothing speaks against it.
std::optional<Page> closed(const AdminRequest& request, const AdminPages& pages) {
  if (!is_of_the_page(path_of(request))) return std::nullopt;
  if (!pages.access.is_served())
    return Page{http::status::forbidden,
                "The live page is not served beyond loopback without metrics.token_file.\n"};
  if (!pages.access.host_is_right(header(request, http::field::host)))
    return Page{http::status::forbidden, "This is no name of this machine; open it as localhost.\n"};
  return std::nullopt;
}

Page page_at(const AdminRequest& request, const AdminPages& pages) {
  const std::string_view path = path_of(request);
  if (path == "/metrics") return {http::status::ok, pages.metrics(), Metrics::kContentType};
  if (path == "/healthz") return probe(pages.healthy(), "not healthy");
  if (path == "/readyz") return probe(pages.ready(), "not ready");
  if (const std::optional<Page> file = file_at(path)) return *file;
  if (path != "/snapshot.json")
    return {http::status::not_found, "There is /, /metrics, /healthz and /readyz.\n"};
  if (!pages.access.may_see(header(request, http::field::authorization),
                            header(request, http::field::cookie)))
    return {http::status::unauthorized, "{}\n", kJson};
  return {http::status::ok, pages.snapshot() + "\n", kJson};
}

AdminResponse response_of(Page page) {
  AdminResponse response(page.status, 11);
  response.keep_alive(false);
  response.set(http::field::content_type, boosted(page.type));
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.set("X-Frame-Options", "DENY");
  response.set("Referrer-Policy", "no-referrer");
  response.set("Cross-Origin-Resource-Policy", "same-origin");
  response.set("Cross-Origin-Opener-Policy", "same-origin");
  response.set("Content-Security-Policy", boosted(kPolicy));
  response.body() = std::move(page.body);
  response.prepare_payload();
  return response;
}

AdminResponse refused_method(const char* allowed) {
  AdminResponse refusal =
      response_of({http::status::method_not_allowed, "Only " + std::string(allowed) + ".\n"});
  refusal.set(http::field::allow, allowed);
  return refusal;
}

AdminResponse log_in(const AdminRequest& request, const AdminPages& pages) {
  const bool known = pages.access.knows_token(header(request, http::field::authorization)) &&
                     !header(request, "X-Payferry").empty();
  if (!known) return response_of({http::status::unauthorized, "{}\n", kJson});
  AdminResponse response = response_of({http::status::ok, "{}\n", kJson});
  response.set(http::field::set_cookie, pages.access.cookie());
  return response;
}

}  // namespace

bool asks_to_steer(const AdminRequest& request) {
  return request.method() == http::verb::post && path_of(request) == "/steer";
}

bool may_steer(const AdminRequest& request, const AdminPages& pages) {
  return asks_to_steer(request) && !closed(request, pages) &&
         header(request, http::field::content_type).starts_with(kJson) &&
         pages.access.may_steer(header(request, http::field::authorization),
                                header(request, http::field::cookie), header(request, "X-Payferry"),
                                header(request, http::field::origin), header(request, http::field::host));
}

AdminResponse steered_response(const AdminPages::Steered& answer) {
  return response_of({static_cast<http::status>(answer.status), answer.body, kJson});
}

AdminResponse admin_response(const AdminRequest& request, const AdminPages& pages) {
  if (const std::optional<Page> refusal = closed(request, pages)) return response_of(*refusal);
  const std::string_view path = path_of(request);
  if (path == "/steer" || path == "/login") {
    if (request.method() != http::verb::post) return refused_method("POST");
    if (path == "/login") return log_in(request, pages);
    return response_of(
        {http::status::forbidden, R"({"code":"not_allowed","message":"log in on the page first"})", kJson});
  }
  const bool head = request.method() == http::verb::head;
  if (!head && request.method() != http::verb::get) return refused_method("GET, HEAD");
  AdminResponse response = response_of(page_at(request, pages));
  if (path == "/snapshot.json" && pages.access.may_be_steered()) response.set("X-Payferry-Steer", "yes");
  if (head) response.body().clear();  // Content-Length stays what GET would have
  return response;
}

AdminResponse admin_refusal(http::status status) {
  return response_of({status, std::string(http::obsolete_reason(status)) + "\n"});
}

}  // namespace payferry::telemetry
