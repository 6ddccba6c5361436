#include <fmt/format.h>

#include "simulator/endpoints.hpp"
#include "simulator/render.hpp"
#include "simulator/validate.hpp"

namespace payferry::simulator {
namespace {

constexpr std::string_view default_param = "invoice_settings[default_payment_method]";

std::string shown(const Call& call, const Customer& customer) {
  return body_of(customer, View{call.store.options().livemode, expansions(call.params, false)});
}

bool plausible_email(std::string_view email) {
  const auto at = email.find('@');
  if (at == 0 || at == std::string_view::npos || email.find('@', at + 1) != std::string_view::npos)
    return false;
  if (email.find_first_of(" \t\r\n,;<>()") != std::string_view::npos) return false;
  const std::string_view domain = email.substr(at + 1);
  const auto dot = domain.find('.');
  return dot != 0 && dot != std::string_view::npos && domain.back() != '.';
}

// Sets the plain fields on `customer`, or says why not.
std::optional<ApiError> fill(const Call& call, Customer& customer) {
  for (const auto& [name, value] : call.params.pairs) {
    if (name == "email") {
      if (!value.empty() && !plausible_email(value)) {
        return errors::bad_request(fmt::format("Invalid email address: {}", value), "email", "email_invalid");
      }
      customer.email = value;
    }
    if (name == "name") customer.name = value;
    if (name == "phone") customer.phone = value;
    if (name == "description") customer.description = value;
    if (name == "metadata") customer.metadata.clear();
    if (name.rfind("metadata[", 0) == 0)
      set_metadata(customer.metadata, name.substr(9, name.size() - 10), value);
  }
  if (customer.metadata.size() > max_metadata_keys) return too_many_metadata_keys();
  return std::nullopt;
}

ApiError default_not_attached(const std::string& id) {
  return errors::bad_request(fmt::format("The customer does not have a payment method with the ID {}. The "
                                         "payment method must be attached to the "
                                         "customer.",
                                         id),
                             std::string(default_param));
}

}  // namespace

Answer create_customer(Call call) {
  Customer draft;
  if (auto error = fill(call, draft)) return *error;
  PaymentMethod* method = nullptr;
  if (const std::string* id = call.params.find("payment_method")) {
    method = call.store.find_method(call.account, *id);
    if (!method) return no_such_method(call, *id);
    if (auto error = refuse_attach(call, *method)) return *error;
  }
  const std::string default_id = call.params.get(default_param);
  if (!default_id.empty() && (!method || method->id != default_id)) return default_not_attached(default_id);
  draft.id = call.store.ids.customer();
  draft.created = call.now;
  Customer& customer = call.store.add_customer(call.account, std::move(draft));
  if (method) call.store.attach(*method, customer);
  if (!default_id.empty()) customer.default_method = method;
  return shown(call, customer);
}

Answer retrieve_customer(Call call) {
  Customer* customer = call.store.find_customer(call.account, call.id);
  if (!customer) return no_such_customer(call.id, "id");
  return shown(call, *customer);
}

Answer update_customer(Call call) {
  Customer* customer = living_customer(call, call.id);
  if (!customer) return no_such_customer(call.id, "id");
  Customer draft = *customer;
  if (auto error = fill(call, draft)) return *error;
  if (const std::string* id = call.params.find(default_param)) {
    PaymentMethod* method = id->empty() ? nullptr : call.store.find_method(call.account, *id);
    if (!id->empty() && (!method || method->customer != customer)) return default_not_attached(*id);
    draft.default_method = method;
  }
  *customer = std::move(draft);
  return shown(call, *customer);
}

Answer delete_customer(Call call) {
  Customer* customer = living_customer(call, call.id);
  if (!customer) return no_such_customer(call.id, "id");
  call.store.remove(*customer);
  return deleted_customer_body(*customer);
}

}  // namespace payferry::simulator
