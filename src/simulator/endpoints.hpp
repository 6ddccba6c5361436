#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <variant>

#include "simulator/errors.hpp"
#include "simulator/form.hpp"
#include "simulator/route.hpp"
#include "simulator/store.hpp"

namespace payferry::simulator {

// One request that passed every gate and is now executed.
struct Call {
  Store& store;
  Account& account;  // whom the request acts for
  const Params& params;
  const std::string& id;     // from the path
  std::string_view api_key;  // only to be shown masked
  std::int64_t now;          // unix seconds
};

// The body of a 200, or what went wrong. Both are stored under the request's idempotency key.
using Answer = std::variant<std::string, ApiError>;

Answer execute(Endpoint endpoint, Call call);

// One file each, by object.
Answer retrieve_account(Call call, Endpoint endpoint);
Answer clone_method(Call call);
Answer retrieve_method(Call call);
Answer update_method(Call call);
Answer attach_method(Call call);
Answer detach_method(Call call);
Answer create_customer(Call call);
Answer retrieve_customer(Call call);
Answer update_customer(Call call);
Answer delete_customer(Call call);
Answer list_customers(Call call);
Answer list_methods(Call call, const std::string& customer_id);
Answer list_payments(Call call);
Answer list_subscriptions(Call call);

// Shared by them.
ApiError no_such_method(const Call& call, const std::string& id);
ApiError no_such_customer(const std::string& id, std::string param);
// Nothing if the method may be attached to a customer of the call's account.
std::optional<ApiError> refuse_attach(const Call& call, const PaymentMethod& method);
Customer* living_customer(const Call& call, const std::string& id);
std::set<std::string> expansions(const Params& params, bool list);

}  // namespace payferry::simulator
