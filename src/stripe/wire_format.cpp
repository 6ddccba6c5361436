#include "stripe/wire_format.hpp"

#include <algorithm>
#include <charconv>

namespace payferry::stripe {
namespace {

constexpr std::string_view kUserAgent = "Payferry/" PAYFERRY_VERSION " (bulk cloning of payment methods)";

// Stripe's own limit (stripe-docs: "Idempotent requests").
constexpr std::size_t kMaxIdempotencyKey = 255;

// Of a read or a write.
template <class Sendable>
bool is_sendable(const Sendable& request) {
  return request.path.starts_with("/v1/") && is_header_safe(request.path) &&
         is_header_safe(request.account) && is_header_safe(request.api_version);
}

void add_header(std::string& out, std::string_view name, std::string_view value) {
  if (!value.empty()) out.append(name).append(": ").append(value).append("\r\n");
}

void add_length(std::string& out, std::size_t length) {
  char digits[20];
  const char* end = std::to_chars(digits, digits + sizeof digits, length).ptr;
  add_header(out, "Content-Length", {digits, static_cast<std::size_t>(end - digits)});
}

}  // namespace

bool is_header_safe(std::string_view text) noexcept {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

WireFormat::WireFormat(const ApiBase& base, std::string_view api_key) {
  common_ = " HTTP/1.1\r\n";
  add_header(common_, "Host", base.authority);
  add_header(common_, "Authorization", "Bearer " + std::string(api_key));
  add_header(common_, "User-Agent", kUserAgent);
  add_header(common_, "Accept", "application/json");
  add_header(common_, "Connection", "keep-alive");
}

std::optional<std::string> WireFormat::write(const Request& request) const {
  if (!is_sendable(request) || !is_header_safe(request.idempotency_key) ||
      request.idempotency_key.size() > kMaxIdempotencyKey)
    return std::nullopt;
  std::string out;
  out.reserve(common_.size() + request.path.size() + request.body.size() + 512);
  out.append("POST ").append(request.path).append(common_);
  add_header(out, "Stripe-Version", request.api_version);
  add_header(out, "Stripe-Account", request.account);
  add_header(out, "Idempotency-Key", request.idempotency_key);
  add_header(out, "Content-Type", "application/x-www-form-urlencoded");
  add_length(out, request.body.size());
  out.append("\r\n").append(request.body);
  return out;
}

std::optional<std::string> WireFormat::write(const Query& query) const {
  if (!is_sendable(query)) return std::nullopt;
  std::string out;
  out.reserve(common_.size() + query.path.size() + 256);
  out.append("GET ").append(query.path).append(common_);
  add_header(out, "Stripe-Version", query.api_version);
  add_header(out, "Stripe-Account", query.account);
  return out.append("\r\n");
}

}  // namespace payferry::stripe
