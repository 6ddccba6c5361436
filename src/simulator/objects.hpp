#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace payferry::simulator {

struct Customer;

// In order of arrival; never more than 50 pairs.
using Metadata = std::vector<std::pair<std::string, std::string>>;

enum class MethodType { card, us_bank_account, link, sepa_debit };

std::string_view name_of(MethodType type);
inline bool cloneable(MethodType type) {
  return type == MethodType::card || type == MethodType::us_bank_account;
}

// Where a PaymentMethod stands in its life. Consumed and detached are final: neither can be attached or
// shared again.
enum class Use { fresh, attached, consumed, detached };

struct PaymentMethod {
  std::string id;
  MethodType type = MethodType::card;
  Use use = Use::fresh;
  bool declines = false;  // the issuer refuses it whenever it is attached on a connected account
  std::uint64_t traits =
      0;  // brand, last4, expiry, fingerprint … are drawn from this; a clone has its original's
  std::int64_t created = 0;      // unix seconds
  Customer* customer = nullptr;  // while attached
  Metadata metadata;
  std::string original;           // of a clone: the platform's PaymentMethod …
  std::string original_customer;  // … and its owner, empty if it had none
};

struct Customer {
  std::string id;
  std::int64_t created = 0;
  std::size_t position = 0;  // in its account's order of creation
  std::string name, email, phone, description;
  Metadata metadata;
  std::vector<PaymentMethod*> methods;  // oldest first
  PaymentMethod* default_method = nullptr;
  bool deleted = false;
};

// Made by the control API, not by the wire: what a platform does with a clone once it has it.
struct Payment {
  std::string id;
  std::int64_t created = 0;
  Customer* customer = nullptr;
  std::string payment_method;
  bool canceled = false;
};

struct Subscription {
  std::string id;
  std::int64_t created = 0;
  Customer* customer = nullptr;
  std::string payment_method;  // empty: it charges the customer's default
};

enum class Access { ok, invalid, expired };

// One Stripe account: the platform or a connected one. Objects stay where they are for the life of the
// account, so that they can point at each other.
struct Account {
  std::string id;
  bool platform = false;
  std::string country = "US";
  Access access = Access::ok;
  int expired_status = 401;  // the status that goes with Access::expired
  bool charges_enabled = true;
  std::string card_payments = "active";  // capabilities: active, inactive or pending
  std::string ach_payments = "active";
  std::int64_t slow_ms = 0;  // added to the latency of its requests
  std::unordered_map<std::string, Customer> customers;
  std::unordered_map<std::string, PaymentMethod> methods;
  std::vector<Payment> payments;  // oldest first, like the next
  std::vector<Subscription> subscriptions;
  std::vector<Customer*> order;  // oldest first, deleted ones included: they still serve as cursors
};

const std::string* find_metadata(const Metadata& metadata, std::string_view key);
// An empty value removes the pair, as Stripe does.
void set_metadata(Metadata& metadata, const std::string& key, const std::string& value);

}  // namespace payferry::simulator
