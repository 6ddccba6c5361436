#include "telemetry/page_access.hpp"

#include "core/digest.hpp"

namespace payferry::telemetry {
namespace {

constexpr std::string_view kBearer = "Bearer ";
constexpr std::string_view kCookie = "payferry=";

// Takes as long whatever is equal: what is compared are digests, to their last byte.
bool same(std::string_view one, std::string_view other) {
  const Sha256 a = sha256_of({one});
  const Sha256 b = sha256_of({other});
  unsigned difference = 0;
  for (std::size_t at = 0; at < a.size(); ++at) difference |= static_cast<unsigned>(a[at] ^ b[at]);
  return difference == 0;
}

std::string_view without_port(std::string_view host) {
  if (host.starts_with('[')) return host.substr(0, host.find(']') + 1);
  return host.substr(0, host.find(':'));
}

bool is_this_machine(std::string_view name) {
  if (name == "localhost" || name == "[::1]") return true;
  return name.starts_with("127.") && name.find_first_not_of("0123456789.") == std::string_view::npos;
}

std::string_view session_in(std::string_view cookies) {
  while (!cookies.empty()) {
    const std::string_view cookie = cookies.substr(0, cookies.find(';'));
    if (cookie.starts_with(kCookie)) return cookie.substr(kCookie.size());
    cookies.remove_prefix(std::min(cookie.size() + 1, cookies.size()));
    while (cookies.starts_with(' ')) cookies.remove_prefix(1);
  }
  return {};
}

}  // namespace

PageAccess::PageAccess(std::string token, bool loopback, const std::string& secret)
    : token_(std::move(token)), loopback_(loopback), session_(to_hex(sha256_of({secret, token_}))) {}

bool PageAccess::host_is_right(std::string_view host) const {
  return !token_.empty() || is_this_machine(without_port(host));
}

bool PageAccess::knows_token(std::string_view authorization) const {
  return !token_.empty() && authorization.starts_with(kBearer) &&
         same(authorization.substr(kBearer.size()), token_);
}

bool PageAccess::may_see(std::string_view authorization, std::string_view cookie) const {
  if (token_.empty()) return loopback_;
  return knows_token(authorization) || same(session_in(cookie), session_);
}

bool PageAccess::may_steer(std::string_view authorization, std::string_view cookie,
                           std::string_view own_header, std::string_view origin,
                           std::string_view host) const {
  if (knows_token(authorization)) return true;
  if (token_.empty() || !same(session_in(cookie), session_) || own_header.empty()) return false;
  const std::size_t scheme = origin.find("://");
  return scheme != std::string_view::npos && origin.substr(scheme + 3) == host;
}

std::string PageAccess::cookie() const {
  return std::string(kCookie) + session_ + "; Path=/; HttpOnly; SameSite=Strict";
}

}  // namespace payferry::telemetry
