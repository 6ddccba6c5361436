#include <fmt/format.h>

#include "simulator/endpoints.hpp"
#include "simulator/render.hpp"
#include "simulator/validate.hpp"

namespace payferry::simulator {
namespace {

std::string shown(const Call& call, const PaymentMethod& method) {
  return body_of(method, View{call.store.options().livemode, expansions(call.params, false)});
}

bool looks_like_original(std::string_view id) {
  return well_formed_id(id, "pm_") || well_formed_id(id, "card_") || well_formed_id(id, "src_");
}

// With any_originals: what the platform would have under that id. It is remembered only when it is used up.
std::optional<PaymentMethod> invent_original(const Call& call, const std::string& id) {
  if (!call.store.options().any_originals || !looks_like_original(id)) return std::nullopt;
  PaymentMethod method;
  method.id = id;
  method.use = call.params.find("customer") ? Use::attached : Use::fresh;
  method.traits = mix(call.store.options().seed, id);
  return method;
}

std::optional<ApiError> refuse_owner(const Call& call, const PaymentMethod& original) {
  const std::string* given = call.params.find("customer");
  if (!original.customer) {
    if (!given || original.use == Use::attached) return std::nullopt;  // attached to nobody: invented
  } else if (!given) {
    return errors::bad_request(
        fmt::format(
            "The payment method supplied ({}) belongs to the Customer {}. Please include the Customer in the "
            "`customer` parameter on the request.",
            original.id, original.customer->id),
        "payment_method");
  } else if (original.customer->id == *given) {
    return std::nullopt;
  }
  Customer* customer = call.store.find_customer(call.store.platform(), *given);
  if (!customer || customer->deleted) return no_such_customer(*given, "customer");
  return errors::bad_request(fmt::format("The PaymentMethod {} does not belong to the Customer you supplied "
                                         "{}. Please use this PaymentMethod with "
                                         "the Customer that it belongs to instead.",
                                         original.id, *given),
                             "payment_method");
}

std::optional<ApiError> refuse_clone(const Call& call, const PaymentMethod& original) {
  if (original.use == Use::consumed || original.use == Use::detached) {
    return errors::bad_request(
        "The provided PaymentMethod was previously used with a PaymentIntent without Customer attachment, "
        "shared with a "
        "connected account without Customer attachment, or was detached from a Customer. It may not be used "
        "again. To use a "
        "PaymentMethod multiple times, you must attach it to a Customer first.",
        {}, call.store.options().state_error_code);
  }
  if (auto error = refuse_owner(call, original)) return error;
  const std::string* type = call.params.find("type");
  if (!cloneable(original.type) || (type && *type != name_of(original.type))) {
    return errors::bad_request(
        fmt::format("PaymentMethods of type {} cannot be shared with connected accounts.",
                    name_of(original.type)),
        "payment_method", "payment_method_unsupported_type");
  }
  return std::nullopt;
}

// Sharing an unattached original is its one and only use.
void consume(const Call& call, PaymentMethod original) {
  Account& platform = call.store.platform();
  if (PaymentMethod* stored = call.store.find_method(platform, original.id)) {
    stored->use = Use::consumed;
    return;
  }
  original.use = Use::consumed;
  call.store.add_method(platform, std::move(original));
}

}  // namespace

Answer clone_method(Call call) {
  const std::string* source = call.params.find("payment_method");
  if (!source) {
    if (!call.params.find("type")) return errors::missing_parameter("type");
    return errors::bad_request(
        "Sending payment details directly to this API is generally unsafe. Share a PaymentMethod of "
        "the platform with the parameter payment_method instead.");
  }
  if (call.account.platform) {
    return errors::bad_request(
        "You can only share a PaymentMethod with a connected account: name it in the Stripe-Account "
        "header.",
        "payment_method");
  }
  PaymentMethod* stored = call.store.find_method(call.store.platform(), *source);
  const auto original = stored ? std::optional(*stored) : invent_original(call, *source);
  if (!original) {
    const bool elsewhere = call.store.on_some_connected_account(*source);
    return errors::no_such(
        "PaymentMethod", *source, "payment_method",
        elsewhere ? "It's possible this PaymentMethod exists on one of your connected accounts." : "");
  }
  if (auto error = refuse_clone(call, *original)) return *error;
  if (original->use == Use::fresh) consume(call, *original);
  PaymentMethod copy;
  copy.id = call.store.ids.payment_method();
  copy.type = original->type;
  copy.declines = original->declines;
  copy.traits = original->traits;
  copy.created = call.now;
  copy.original = original->id;
  copy.original_customer = call.params.get("customer");
  return shown(call, call.store.add_method(call.account, std::move(copy)));
}

Answer retrieve_method(Call call) {
  PaymentMethod* method = call.store.find_method(call.account, call.id);
  if (!method) return no_such_method(call, call.id);
  return shown(call, *method);
}

Answer update_method(Call call) {
  PaymentMethod* method = call.store.find_method(call.account, call.id);
  if (!method) return no_such_method(call, call.id);
  if (method->use != Use::attached) {
    return errors::bad_request("You must save this PaymentMethod to a customer before you can update it.");
  }
  Metadata metadata = method->metadata;
  for (const auto& [name, value] : call.params.pairs) {
    if (name == "metadata") metadata.clear();
    if (name.rfind("metadata[", 0) == 0) set_metadata(metadata, name.substr(9, name.size() - 10), value);
  }
  if (metadata.size() > max_metadata_keys) return too_many_metadata_keys();
  method->metadata = std::move(metadata);
  return shown(call, *method);
}

Answer attach_method(Call call) {
  PaymentMethod* method = call.store.find_method(call.account, call.id);
  if (!method) return no_such_method(call, call.id);
  const std::string customer_id = call.params.get("customer");
  Customer* customer = living_customer(call, customer_id);
  if (!customer) return no_such_customer(customer_id, "customer");
  if (auto error = refuse_attach(call, *method)) return *error;
  if (customer->methods.size() >= call.store.options().max_methods_per_customer) {
    return errors::bad_request("The customer already has the maximum number of payment methods attached.",
                               "customer", "customer_max_payment_methods");
  }
  call.store.attach(*method, *customer);
  return shown(call, *method);
}

Answer detach_method(Call call) {
  PaymentMethod* method = call.store.find_method(call.account, call.id);
  if (!method) return no_such_method(call, call.id);
  if (method->use != Use::attached) {
    return errors::bad_request(
        "The payment method you provided is not attached to a customer so detachment is impossible.", {},
        "payment_method_unexpected_state");
  }
  call.store.detach(*method);
  return shown(call, *method);
}

}  // namespace payferry::simulator
