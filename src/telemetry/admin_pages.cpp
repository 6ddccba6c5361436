#include "telemetry/admin_pages.hpp"

#include "telemetry/metrics.hpp"

namespace payferry::telemetry {
namespace {

namespace http = boost::beast::http;

constexpr std::string_view kPlain = "text/plain; charset=utf-8";

struct Page {
  http::status status;
  std::string body;
  std::string_view type = kPlain;
};

Page probe(bool good, std::string_view when_not) {
  if (good) return {http::status::ok, "ok\n"};
  return {http::status::service_unavailable, std::string(when_not) + "\n"};
}

Page page_at(std::string_view path, const AdminPages& pages) {
  if (path == "/metrics") return {http::status::ok, pages.metrics(), Metrics::kContentType};
  if (path == "/healthz") return probe(pages.healthy(), "not healthy");
  if (path == "/readyz") return probe(pages.ready(), "not ready");
  return {http::status::not_found, "There is /metrics, /healthz and /readyz.\n"};
}

AdminResponse response_of(Page page) {
  AdminResponse response(page.status, 11);
  response.keep_alive(false);
  response.set(http::field::content_type, boost::string_view(page.type.data(), page.type.size()));
  response.set(http::field::cache_control, "no-store");
  response.set("X-Content-Type-Options", "nosniff");
  response.body() = std::move(page.body);
  response.prepare_payload();
  return response;
}

}  // namespace

AdminResponse admin_response(const AdminRequest& request, const AdminPages& pages) {
  const bool head = request.method() == http::verb::head;
  if (!head && request.method() != http::verb::get) {
    AdminResponse refusal = response_of({http::status::method_not_allowed, "Only GET and HEAD.\n"});
    refusal.set(http::field::allow, "GET, HEAD");
    return refusal;
  }
  const std::string_view target(request.target().data(), request.target().size());
  AdminResponse response = response_of(page_at(target.substr(0, target.find('?')), pages));
  if (head) response.body().clear();  // Content-Length stays what GET would have
  return response;
}

AdminResponse admin_refusal(http::status status) {
  return response_of({status, std::string(http::obsolete_reason(status)) + "\n"});
}

}  // namespace payferry::telemetry
