#pragma once

#include <set>
#include <string>

#include "simulator/json.hpp"
#include "simulator/objects.hpp"

namespace payferry::simulator {

// Objects as Stripe's API shows them.
struct View {
  bool livemode = false;
  std::set<std::string> expand;  // without the `data.` of lists

  bool expands(const char* what) const { return expand.count(what) > 0; }
};

void write(Json& json, const PaymentMethod& method, const View& view);
void write(Json& json, const Customer& customer, const View& view);
void write(Json& json, const Payment& payment, const View& view);
void write(Json& json, const Subscription& subscription, const View& view);
std::string account_body(const Account& account);
std::string deleted_customer_body(const Customer& customer);

template <typename Object>
std::string body_of(const Object& object, const View& view) {
  Json json;
  write(json, object, view);
  return json.take();
}

// Equal for an original and its clones: a platform sees one fingerprint over all its connected accounts.
std::string fingerprint_of(const PaymentMethod& method);

}  // namespace payferry::simulator
