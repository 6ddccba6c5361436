#include "simulator/endpoints.hpp"

#include "simulator/render.hpp"

namespace payferry::simulator {

Answer execute(Endpoint endpoint, Call call) {
  switch (endpoint) {
    case Endpoint::retrieve_own_account:
    case Endpoint::retrieve_account:
      return retrieve_account(call, endpoint);
    case Endpoint::clone:
      return clone_method(call);
    case Endpoint::retrieve_payment_method:
      return retrieve_method(call);
    case Endpoint::update_payment_method:
      return update_method(call);
    case Endpoint::attach:
      return attach_method(call);
    case Endpoint::detach:
      return detach_method(call);
    case Endpoint::list_payment_methods:
      return list_methods(call, call.params.get("customer"));
    case Endpoint::create_customer:
      return create_customer(call);
    case Endpoint::retrieve_customer:
      return retrieve_customer(call);
    case Endpoint::update_customer:
      return update_customer(call);
    case Endpoint::delete_customer:
      return delete_customer(call);
    case Endpoint::list_customers:
      return list_customers(call);
    case Endpoint::list_customer_payment_methods:
      return list_methods(call, call.id);
    case Endpoint::list_payment_intents:
      return list_payments(call);
    case Endpoint::list_subscriptions:
      return list_subscriptions(call);
  }
  return errors::internal(500);
}

Answer retrieve_account(Call call, Endpoint endpoint) {
  if (endpoint == Endpoint::retrieve_own_account || call.id == call.account.id)
    return account_body(call.account);
  if (call.id == call.store.platform().id) return account_body(call.store.platform());
  Account* account = call.account.platform ? call.store.find_account(call.id) : nullptr;
  if (!account || account->access == Access::invalid) return errors::account_invalid(call.api_key, call.id);
  if (account->access == Access::expired)
    return errors::platform_key_expired(call.api_key, account->expired_status);
  return account_body(*account);
}

ApiError no_such_method(const Call& call, const std::string& id) {
  std::string_view hint;
  if (!call.account.platform && call.store.find_method(call.store.platform(), id)) {
    hint =
        "OAuth key or Stripe-Account header was used but API request was provided with a platform-owned "
        "payment method "
        "ID. Please ensure that the provided payment method matches the specified account.";
  } else if (call.account.platform && call.store.on_some_connected_account(id)) {
    hint =
        "It's possible this PaymentMethod exists on one of your connected accounts, in which case you should "
        "retry this "
        "request on that connected account. Learn more at https://stripe.com/docs/connect/authentication";
  }
  return errors::no_such("PaymentMethod", id, "payment_method", hint);
}

ApiError no_such_customer(const std::string& id, std::string param) {
  return errors::no_such("customer", id, std::move(param));
}

std::optional<ApiError> refuse_attach(const Call& call, const PaymentMethod& method) {
  const std::string& code = call.store.options().state_error_code;
  if (method.use == Use::attached) {
    return errors::bad_request("The payment method you provided has already been attached to a customer.", {},
                               code);
  }
  if (method.use != Use::fresh) {
    return errors::bad_request(
        "This PaymentMethod was previously used without being attached to a Customer or was detached from a "
        "Customer, and "
        "may not be used again.",
        {}, code);
  }
  if (method.declines) return errors::declined();
  return std::nullopt;
}

Customer* living_customer(const Call& call, const std::string& id) {
  Customer* customer = call.store.find_customer(call.account, id);
  return customer && !customer->deleted ? customer : nullptr;
}

std::set<std::string> expansions(const Params& params, bool list) {
  std::set<std::string> out;
  for (const auto& [name, value] : params.pairs) {
    if (name == "expand[]") out.insert(list ? value.substr(5) : value);
  }
  return out;
}

}  // namespace payferry::simulator
