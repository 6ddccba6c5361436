#include "stripe/verdict.hpp"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/redact.hpp"
#include "stripe/blame.hpp"
#include "stripe/client.hpp"
#include "stripe/parse.hpp"

namespace payferry::stripe {
namespace {

constexpr std::array<std::string_view, 7> kKindNames{"done",         "refused",      "throttled",   "unknown",
                                                     "key_conflict", "account_lost", "key_rejected"};
constexpr std::array<std::string_view, kThrottleReasonCount> kThrottleNames{
    "global_rate",       "endpoint_rate", "global_concurrency", "endpoint_concurrency",
    "resource_specific", "lock_timeout",  "unspecified"};
constexpr std::string_view kMalformed = "malformed";

// Long enough for every message of Stripe that was seen, short enough for a table's cell.
constexpr std::size_t kMaxMessage = 500;

std::string cut(std::string text) {
  if (text.size() <= kMaxMessage) return text;
  std::size_t end = kMaxMessage;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  text.resize(end);
  return text;
}

std::string message_of(Endpoint endpoint, const ErrorBody& error) {
  const std::string_view field = personal_field(endpoint, error);
  if (!field.empty()) return "Stripe does not accept the customer's " + std::string(field);
  return cut(redact(error.message));
}

std::optional<bool> flag_of(std::string_view header) {
  if (header == "true") return true;
  if (header == "false") return false;
  return std::nullopt;
}

std::optional<std::chrono::seconds> seconds_of(std::string_view header) {
  int seconds = 0;
  const auto [end, error] = std::from_chars(header.data(), header.data() + header.size(), seconds);
  if (error != std::errc() || end != header.data() + header.size() || seconds < 0) return std::nullopt;
  return std::chrono::seconds(seconds);
}

// The header spells our names with hyphens.
ThrottleReason reason_of(std::string_view header, std::string_view code) {
  std::string name(header);
  std::replace(name.begin(), name.end(), '-', '_');
  for (std::size_t i = 0; i < kThrottleReasonCount; ++i)
    if (kThrottleNames[i] == name) return static_cast<ThrottleReason>(i);
  return code == "lock_timeout" ? ThrottleReason::lock_timeout : ThrottleReason::unspecified;
}

// Whether the object is what the write was meant to bring about, and not just any object of its kind.
bool makes_sense(Endpoint endpoint, const Object& object) {
  if (endpoint == Endpoint::attach) {
    const auto* method = std::get_if<PaymentMethod>(&object);
    return method != nullptr && !method->customer.empty();
  }
  if (endpoint == Endpoint::detach) {
    const auto* method = std::get_if<PaymentMethod>(&object);
    return method != nullptr && method->customer.empty();
  }
  if (endpoint == Endpoint::create_customer || endpoint == Endpoint::set_default) {
    const auto* customer = std::get_if<Customer>(&object);
    return customer != nullptr && !customer->deleted;
  }
  return !std::holds_alternative<std::monostate>(object);
}

void become(Verdict& verdict, Kind kind, std::string_view code) {
  verdict.kind = kind;
  verdict.code = code;
}

void judge_success(Endpoint endpoint, const Answer& answer, Verdict& verdict) {
  verdict.object = parse_object(endpoint, answer.body);
  if (makes_sense(endpoint, verdict.object)) {
    verdict.kind = Kind::done;
    return;
  }
  verdict.object = std::monostate();
  become(verdict, Kind::unknown, kMalformed);
}

// How a server says that it has no such page, or no such method for it.
bool is_not_there(int status) {
  return status == 404 || status == 405 || status == 501;
}

// An error without Stripe's envelope is some proxy's: it settles nothing about the request. A 401 is taken at
// its word all the same, because nothing good can follow.
void judge_foreign_error(Endpoint endpoint, const Answer& answer, Verdict& verdict) {
  if (!is_write(endpoint) && is_not_there(answer.status)) return become(verdict, Kind::unknown, kNotOffered);
  if (answer.status == 401) return become(verdict, Kind::key_rejected, "http_401");
  if (answer.status == 429) {
    verdict.throttle = reason_of(answer.rate_limited_reason, {});
    return become(verdict, Kind::throttled, "http_429");
  }
  if (answer.status == 409) return become(verdict, Kind::unknown, "idempotency_key_in_use");
  if (answer.status < 500) return become(verdict, Kind::unknown, kMalformed);
  become(verdict, Kind::unknown, "http_" + std::to_string(answer.status));
}

// Statuses that say nothing about the request itself: too slow (408), in progress under the same key (409),
// a dependency failed (424), too early (425), and every failure of the server.
bool is_inconclusive(int status) {
  return status == 408 || status == 409 || status == 424 || status == 425 || status >= 500;
}

bool is_throttling(int status, std::string_view code) {
  // 400 with rate_limit is how older versions said 429; official SDKs still map it so.
  return status == 429 || code == "lock_timeout" || (status == 400 && code == "rate_limit");
}

void judge_error(Endpoint endpoint, const Answer& answer, const ErrorBody& error, Verdict& verdict) {
  const int status = answer.status;
  const std::string_view code = error.code.empty() ? error.type : error.code;
  verdict.message = message_of(endpoint, error);
  if (code == "account_invalid" || code == "platform_api_key_expired")
    return become(verdict, Kind::account_lost, code);
  if (is_throttling(status, code)) {
    verdict.throttle = reason_of(answer.rate_limited_reason, code);
    return become(verdict, Kind::throttled, code);
  }
  if (status == 401 || status == 403) return become(verdict, Kind::key_rejected, code);
  if (status == 409 && error.code.empty()) return become(verdict, Kind::unknown, "idempotency_key_in_use");
  if (is_inconclusive(status) || code == "idempotency_key_in_use")
    return become(verdict, Kind::unknown, code);
  if (status == 400 && error.type == "idempotency_error") return become(verdict, Kind::key_conflict, code);
  if (verdict.should_retry == true) return become(verdict, Kind::unknown, "retry_asked");
  verdict.about = blame(endpoint, status, error);
  become(verdict, Kind::refused, code);
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  return kKindNames[static_cast<std::size_t>(kind)];
}

std::string_view to_string(ThrottleReason reason) noexcept {
  return kThrottleNames[static_cast<std::size_t>(reason)];
}

Verdict classify(Endpoint endpoint, const Exchange& exchange) {
  Verdict verdict;
  if (!exchange.answer) {
    verdict.code = exchange.failure.empty() ? "no_answer" : exchange.failure;
    return verdict;
  }
  const Answer& answer = *exchange.answer;
  verdict.status = answer.status;
  verdict.replayed = answer.replayed;
  verdict.request_id = answer.request_id;
  verdict.should_retry = flag_of(answer.should_retry);
  verdict.retry_after = seconds_of(answer.retry_after);
  if (answer.status >= 200 && answer.status < 300) {
    judge_success(endpoint, answer, verdict);
  } else if (answer.status < 400) {
    become(verdict, Kind::unknown, "unexpected_status");
  } else if (const auto error = parse_error(answer.body)) {
    judge_error(endpoint, answer, *error, verdict);
  } else {
    judge_foreign_error(endpoint, answer, verdict);
  }
  return verdict;
}

}  // namespace payferry::stripe
