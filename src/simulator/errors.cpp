#include "simulator/errors.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "simulator/json.hpp"

namespace payferry::simulator {

std::string error_body(const ApiError& error, const std::string& request_id, bool livemode) {
  Json json;
  auto some = [&](const char* key, const std::string& value) {
    if (!value.empty()) json.field(key, value);
  };
  json.open();
  json.key("error").open();
  some("code", error.code);
  some("decline_code", error.decline_code);
  if (!error.code.empty()) {
    std::string page = error.code;
    std::replace(page.begin(), page.end(), '_', '-');
    json.field("doc_url", "https://stripe.com/docs/error-codes/" + page);
  }
  some("message", error.message);
  some("param", error.param);
  if (!request_id.empty()) {
    json.field("request_log_url",
               fmt::format("https://dashboard.stripe.com/{}logs/{}", livemode ? "" : "test/", request_id));
  }
  json.field("type", error.type);
  json.close().close();
  return json.take();
}

std::string mask_key(std::string_view key) {
  if (key.size() <= 12) return "****";
  std::size_t prefix = key.find('_', 3);
  prefix = prefix == std::string_view::npos ? 0 : prefix + 1;
  return fmt::format("{}****{}", key.substr(0, prefix), key.substr(key.size() - 4));
}

namespace errors {

ApiError bad_request(std::string message, std::string param, std::string code) {
  ApiError error;
  error.message = std::move(message);
  error.param = std::move(param);
  error.code = std::move(code);
  return error;
}

static ApiError with_status(int status, ApiError error) {
  error.status = status;
  return error;
}

ApiError unrecognized_url(std::string_view method, std::string_view path) {
  return with_status(
      404, bad_request(fmt::format("Unrecognized request URL ({}: {}). Please see "
                                   "https://stripe.com/docs or we can help at https://support.stripe.com/.",
                                   method, path)));
}

ApiError no_key() {
  return with_status(
      401, bad_request("You did not provide an API key. You need to provide your API key in the "
                       "Authorization header, using Bearer auth (e.g. 'Authorization: Bearer "
                       "YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details."));
}

ApiError unknown_key(std::string_view key) {
  return with_status(401, bad_request(fmt::format("Invalid API Key provided: {}", mask_key(key))));
}

ApiError expired_key(std::string_view key) {
  return with_status(
      401, bad_request(fmt::format("Expired API Key provided: {}", mask_key(key)), {}, "api_key_expired"));
}

ApiError publishable_key() {
  return with_status(
      401, bad_request("This API call cannot be made with a publishable API key. Please use a secret API "
                       "key. You can find a list of your API keys at "
                       "https://dashboard.stripe.com/account/apikeys.",
                       {}, "secret_key_required"));
}

ApiError account_invalid(std::string_view key, std::string_view account) {
  return with_status(
      403, bad_request(fmt::format("The provided key '{}' does not have access to account '{}' (or that "
                                   "account does not exist). Application access may have been revoked.",
                                   mask_key(key), account),
                       {}, "account_invalid"));
}

ApiError platform_key_expired(std::string_view key, int status) {
  return with_status(
      status, bad_request(fmt::format("The API key '{}' provided by your Connect platform has expired.",
                                      mask_key(key)),
                          {}, "platform_api_key_expired"));
}

ApiError rate_limited(std::string reason) {
  ApiError error = bad_request(
      "Request rate limit exceeded. Learn more about rate limits here https://stripe.com/docs/rate-limits.",
      {}, "rate_limit");
  error.status = 429;
  error.limited_reason = std::move(reason);
  return error;
}

ApiError lock_timeout() {
  ApiError error = bad_request(
      "This object cannot be accessed right now because another API request or Stripe process is currently "
      "accessing it. "
      "If you see this error intermittently, retry the request. If you see this error frequently and are "
      "making multiple "
      "concurrent requests to a single object, make your requests serially or at a lower rate.",
      {}, "lock_timeout");
  error.status = 429;
  error.without_request_id = true;
  return error;
}

ApiError key_in_use(std::string_view key) {
  ApiError error = bad_request(
      fmt::format(
          "There is currently another in-progress request using this Idempotent Key (that probably means you "
          "submitted twice, and the other request is still going through): {}. Please try again later.",
          key),
      {}, "idempotency_key_in_use");
  error.status = 409;
  return error;
}

ApiError key_mismatch(std::string_view key) {
  ApiError error = bad_request(fmt::format(
      "Keys for idempotent requests can only be used with the same parameters they were first used with. "
      "Try using a key other than '{}' if you meant to execute a different request.",
      key));
  error.type = "idempotency_error";
  return error;
}

ApiError internal(int status) {
  ApiError error = bad_request(
      "Sorry! There was an error while talking to one of our backends. Support has been notified.");
  error.status = status;
  error.type = "api_error";
  return error;
}

ApiError declined(std::string decline_code) {
  ApiError error = bad_request("Your card was declined.", {}, "card_declined");
  error.status = 402;
  error.type = "card_error";
  error.decline_code = std::move(decline_code);
  return error;
}

ApiError no_such(std::string_view kind, std::string_view id, std::string param, std::string_view hint) {
  return with_status(
      404, bad_request(fmt::format("No such {}: '{}'{}{}", kind, id, hint.empty() ? "" : "; ", hint),
                       std::move(param), "resource_missing"));
}

ApiError unknown_parameter(std::string_view name) {
  return bad_request(fmt::format("Received unknown parameter: {}", name), std::string(name),
                     "parameter_unknown");
}

ApiError missing_parameter(std::string_view name) {
  return bad_request(fmt::format("Missing required param: {}.", name), std::string(name),
                     "parameter_missing");
}

ApiError empty_parameter(std::string_view name) {
  return bad_request(
      fmt::format("You passed an empty string for '{0}'. We assume empty values are an attempt to unset a "
                  "parameter; however '{0}' cannot be unset. You should remove '{0}' from your request or "
                  "supply a non-empty value.",
                  name),
      std::string(name), "parameter_invalid_empty");
}

}  // namespace errors
}  // namespace payferry::simulator
