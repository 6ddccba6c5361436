#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "simulator/message.hpp"

namespace payferry::simulator {

// Stripe's error envelope, and what accompanies it. Empty strings are left out of the body.
struct ApiError {
  int status = 400;
  std::string type = "invalid_request_error";
  std::string code;
  std::string message;
  std::string param;
  std::string decline_code;
  std::string limited_reason;        // Stripe-Rate-Limited-Reason
  std::optional<bool> should_retry;  // Stripe-Should-Retry
  bool without_request_id = false;   // lock timeouts carry none
};

std::string error_body(const ApiError& error, const std::string& request_id, bool livemode);

// sk_test_abcdefgh1234 → sk_test_****1234
std::string mask_key(std::string_view key);

namespace errors {
ApiError bad_request(std::string message, std::string param = {}, std::string code = {});
ApiError unrecognized_url(std::string_view method, std::string_view path);
ApiError no_key();
ApiError unknown_key(std::string_view key);
ApiError expired_key(std::string_view key);
ApiError publishable_key();
ApiError account_invalid(std::string_view key, std::string_view account);
ApiError platform_key_expired(std::string_view key, int status);
ApiError rate_limited(std::string reason);
ApiError lock_timeout();
ApiError key_in_use(std::string_view key);
ApiError key_mismatch(std::string_view key);
ApiError internal(int status);
ApiError declined(std::string decline_code = "generic_decline");
ApiError no_such(std::string_view kind, std::string_view id, std::string param, std::string_view hint = {});
ApiError unknown_parameter(std::string_view name);
ApiError missing_parameter(std::string_view name);
ApiError empty_parameter(std::string_view name);
}  // namespace errors

}  // namespace payferry::simulator
