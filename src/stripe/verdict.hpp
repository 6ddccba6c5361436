#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/records.hpp"
#include "core/words.hpp"

// What an answer of Stripe means. The only place of the program that knows status codes and error codes.
namespace payferry::stripe {

struct PaymentMethod {
  std::string id;
  std::string customer;  // empty: attached to none
  CloneDetails details;
};

struct Customer {
  std::string id;
  bool deleted = false;
  std::string default_payment_method;           // invoice_settings.default_payment_method; empty: none
  std::optional<PaymentMethod> default_method;  // the same, where the query asked to have it expanded
  std::int64_t created = 0;                     // seconds since 1970
  std::vector<std::pair<std::string, std::string>> metadata;
  // In lists only, which an export writes. Holds people's data.
  std::string default_source;  // the default of older APIs: card_…, src_…, ba_…
  std::string name;
  std::string email;
  std::string phone;
};

struct Account {
  std::string id;
  std::string country;
  bool charges_enabled = false;
  std::vector<std::pair<std::string, std::string>> capabilities;  // name → active | inactive | pending
};

// A payment on its way or made; a canceled one has no payment method here.
struct PaymentIntent {
  std::string id;
  std::string payment_method;  // empty: none yet
};

struct Subscription {
  std::string id;
  // What it charges: its own default, or the customer's where the query asked to have that expanded; empty:
  // neither names one.
  std::string payment_method;
};

template <class T>
struct Page {
  std::vector<T> data;
  bool has_more = false;  // the next page starts after data.back().id
};

using Object = std::variant<std::monostate, PaymentMethod, Customer, Account, Page<Customer>,
                            Page<PaymentMethod>, Page<PaymentIntent>, Page<Subscription>>;

enum class Kind {
  done,          // a well-formed success; `object` holds what the endpoint promises
  refused,       // a settled refusal: the same request would be refused again
  throttled,     // certainly not executed; wait and send the same request
  unknown,       // says nothing about whether the request was executed
  key_conflict,  // idempotency_error: this work was done under this key with other parameters
  account_lost,  // the connected account is not there for this platform any more
  key_rejected,  // the platform's API key is refused as a whole
};

// Whose fault a refusal is: decides who stops (the item, the link and what waits for it, or just this clone).
enum class About { item, customer, clone };

enum class ThrottleReason {
  global_rate,
  endpoint_rate,
  global_concurrency,
  endpoint_concurrency,
  resource_specific,
  lock_timeout,
  unspecified,
};
inline constexpr std::size_t kThrottleReasonCount = 7;

// The code of a read that the server says it has no such page for, and not in Stripe's words: 404, 405 or 501
// without an envelope. It tells nothing of what was asked for.
inline constexpr std::string_view kNotOffered = "not_offered";

std::string_view to_string(Kind) noexcept;
std::string_view to_string(ThrottleReason) noexcept;

struct Verdict {
  Kind kind = Kind::unknown;
  About about = About::item;                              // of a refusal
  ThrottleReason throttle = ThrottleReason::unspecified;  // of throttled
  int status = 0;                                         // 0: no answer
  bool replayed = false;                                  // Idempotent-Replayed: true
  std::optional<bool> should_retry;                       // Stripe-Should-Retry
  std::optional<std::chrono::seconds> retry_after;        // undocumented; honoured if it ever appears
  // error.code, or error.type where there is none, or why unknown: the exchange's failure | malformed |
  // unexpected_status | retry_asked | not_offered | http_NNN. A short word of [A-Za-z0-9_.-]; empty only when
  // done.
  std::string code;
  // Stripe's words, redacted and at most 500 bytes; of a person's field only its name. May be empty.
  std::string message;
  std::string request_id;
  Object object;  // of done
};

struct Exchange;

// Pure. `endpoint` says which object a success must hold; an answer that does not hold it is unknown, never
// done.
Verdict classify(Endpoint endpoint, const Exchange& exchange);

}  // namespace payferry::stripe
