#include "stripe/verdict.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "fuzz/check.hpp"
#include "fuzz/targets.hpp"
#include "fuzz/utf8.hpp"
#include "stripe/client.hpp"

namespace payferry::fuzz {
namespace {

using stripe::Kind;
using stripe::Verdict;

constexpr std::array kRefusing{400, 401, 402, 403, 404, 405, 408, 409,
                               424, 425, 429, 500, 502, 503, 599, 999};
constexpr std::array kStrange{0, 100, 101, 204, 299, 301, 304, 399};
constexpr std::array<std::string_view, 6> kReasons{
    "", "global-rate", "endpoint-rate", "lock-timeout", "global-concurrency", "nonsense"};
constexpr std::array<std::string_view, 4> kFlags{"", "true", "false", "TRUE"};
constexpr std::array<std::string_view, 5> kSeconds{"", "3", "-1", "99999999999999",
                                                   "Mon, 23 Nov 2026 04:20:00 GMT"};

bool is_letter_or_digit(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_id(std::string_view text) {
  return !text.empty() && text.size() <= 255 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-';
  });
}

bool is_code(std::string_view text) {
  return !text.empty() && text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
    return is_letter_or_digit(c) || c == '_' || c == '-' || c == '.';
  });
}

void check(const stripe::PaymentMethod& method) {
  require(is_id(method.id) && (method.customer.empty() || is_id(method.customer)), "a method has its ids");
  const CloneDetails& details = method.details;
  require(is_id(details.type), "a method has a type");
  require(is_utf8(details.fingerprint) && is_utf8(details.last4) && is_utf8(details.brand),
          "details are UTF-8");
  require(details.exp_month >= 0 && details.exp_year >= 0, "an expiry is no negative number");
}

void check(const stripe::Customer& customer) {
  require(is_id(customer.id), "a customer has its id");
  require(customer.default_payment_method.empty() || is_id(customer.default_payment_method),
          "a default is an id");
  for (const auto& [key, value] : customer.metadata)
    require(is_utf8(key) && is_utf8(value), "metadata is UTF-8");
}

void check(const stripe::Account& account) {
  require(is_id(account.id) && is_utf8(account.country), "an account has its id");
}

// A payment or a subscription.
template <class T>
requires requires(T each) {
  each.payment_method;
}
void check(const T& use) {
  require(is_id(use.id) && (use.payment_method.empty() || is_id(use.payment_method)), "a use has its ids");
}

template <class T>
void check(const stripe::Page<T>& page) {
  for (const T& each : page.data) check(each);
  require(!page.has_more || !page.data.empty(), "a page that promises another has an id to go on from");
}

template <class T>
void check_holds(const Verdict& verdict) {
  const T* object = std::get_if<T>(&verdict.object);
  require(object != nullptr, "done holds what the endpoint promises");
  check(*object);
}

void check_done(Endpoint endpoint, const Verdict& verdict) {
  require(verdict.code.empty(), "done has no code");
  switch (endpoint) {
    case Endpoint::attach:
      check_holds<stripe::PaymentMethod>(verdict);
      return require(!std::get<stripe::PaymentMethod>(verdict.object).customer.empty(),
                     "attached to a customer");
    case Endpoint::clone:
    case Endpoint::detach:
    case Endpoint::get_payment_method:
      return check_holds<stripe::PaymentMethod>(verdict);
    case Endpoint::create_customer:
    case Endpoint::set_default:
      check_holds<stripe::Customer>(verdict);
      return require(!std::get<stripe::Customer>(verdict.object).deleted, "made, not deleted");
    case Endpoint::get_customer:
      return check_holds<stripe::Customer>(verdict);
    case Endpoint::get_own_account:
    case Endpoint::get_account:
      return check_holds<stripe::Account>(verdict);
    case Endpoint::list_customers:
      return check_holds<stripe::Page<stripe::Customer>>(verdict);
    case Endpoint::list_payment_methods:
      return check_holds<stripe::Page<stripe::PaymentMethod>>(verdict);
    case Endpoint::list_payments:
      return check_holds<stripe::Page<stripe::PaymentIntent>>(verdict);
    case Endpoint::list_subscriptions:
      return check_holds<stripe::Page<stripe::Subscription>>(verdict);
  }
}

void check_message(std::string_view message) {
  require(is_utf8(message) && message.size() <= 500, "a message is short UTF-8");
  for (const std::string_view prefix : {"sk_test_", "sk_live_", "rk_test_", "rk_live_", "whsec_"})
    require(message.find(prefix) == std::string_view::npos, "a message holds no key");
  for (std::size_t at = 1; at + 1 < message.size(); ++at)
    require(
        message[at] != '@' || !is_letter_or_digit(message[at - 1]) || !is_letter_or_digit(message[at + 1]),
        "a message holds no e-mail address");
}

Verdict judge(Endpoint endpoint, const stripe::Exchange& exchange) {
  const Verdict verdict = stripe::classify(endpoint, exchange);
  const bool success = exchange.answer->status >= 200 && exchange.answer->status < 300;
  require(verdict.kind != Kind::done || success, "only a 2xx is done");
  require(verdict.kind == Kind::done || verdict.kind == Kind::unknown || !success,
          "a 2xx is done or unknown");
  if (verdict.kind == Kind::done) {
    check_done(endpoint, verdict);
  } else {
    require(std::holds_alternative<std::monostate>(verdict.object), "only done holds an object");
    require(is_code(verdict.code), "what is not done says why, in a short word");
  }
  check_message(verdict.message);
  if (verdict.kind == Kind::refused)
    require(exchange.answer->status >= 400 && exchange.answer->status < 500, "only a 4xx settles a refusal");
  return verdict;
}

}  // namespace

// The input is a body; what surrounds it is diced.
void verdict(std::string_view input) {
  Dice dice(input);
  stripe::Exchange exchange;
  exchange.sent = true;
  stripe::Answer& answer = exchange.answer.emplace();
  answer.body = input;
  answer.status = 200;
  for (std::size_t i = 0; i < kEndpointCount; ++i) judge(static_cast<Endpoint>(i), exchange);
  answer.rate_limited_reason = dice.one_of(kReasons);
  answer.should_retry = dice.one_of(kFlags);
  answer.retry_after = dice.one_of(kSeconds);
  answer.replayed = dice.coin();
  for (const int status : kRefusing) {
    answer.status = status;
    judge(static_cast<Endpoint>(dice.below(kEndpointCount)), exchange);
  }
  answer.status = dice.one_of(kStrange);
  judge(static_cast<Endpoint>(dice.below(kEndpointCount)), exchange);
}

}  // namespace payferry::fuzz
