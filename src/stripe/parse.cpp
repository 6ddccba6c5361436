#include "stripe/parse.hpp"

#include <algorithm>

#include "stripe/json.hpp"

namespace payferry::stripe {
namespace {

using rapidjson::Value;

// What may stand in an id without breaking the path, the log line or the CSV that it will be put into.
bool is_id(std::string_view text) {
  static constexpr std::size_t kMaxLength = 255;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '-';
  };
  return !text.empty() && text.size() <= kMaxLength && std::all_of(text.begin(), text.end(), fits);
}

bool is_id_or_empty(std::string_view text) {
  return text.empty() || is_id(text);
}

int small_number(Fields& fields, const char* name) {
  return static_cast<int>(std::clamp<std::int64_t>(fields.number(name), 0, 9999));
}

// The hash that bears the type's name: card.last4, us_bank_account.fingerprint, …
bool read_details(Fields& method, CloneDetails& details) {
  const Value* hash = method.object(details.type.c_str());
  if (hash == nullptr) return method.ok();
  Fields fields(*hash);
  details.fingerprint = fields.text("fingerprint");
  details.last4 = fields.text("last4");
  details.brand = fields.text("brand");
  details.exp_month = small_number(fields, "exp_month");
  details.exp_year = small_number(fields, "exp_year");
  return fields.ok();
}

bool read(const Value& value, PaymentMethod& out) {
  Fields fields(value);
  if (fields.text("object") != "payment_method") return false;
  out.id = fields.text("id");
  out.customer = fields.reference("customer");
  out.details.type = fields.text("type");
  if (!is_id(out.id) || !is_id_or_empty(out.customer) || !is_id(out.details.type)) return false;
  return read_details(fields, out.details) && fields.ok();
}

bool read(const Value& value, Customer& out) {
  Fields fields(value);
  if (fields.text("object") != "customer") return false;
  out.id = fields.text("id");
  out.deleted = fields.flag("deleted");
  out.created = fields.number("created");
  out.metadata = fields.pairs("metadata");
  if (const Value* settings = fields.object("invoice_settings")) {
    Fields invoice(*settings);
    out.default_payment_method = invoice.reference("default_payment_method");
    if (!invoice.ok()) return false;
    PaymentMethod whole;
    if (const Value* method = invoice.expanded("default_payment_method"); method && read(*method, whole))
      out.default_method = std::move(whole);
  }
  return is_id(out.id) && is_id_or_empty(out.default_payment_method) && fields.ok();
}

bool read(const Value& value, Account& out) {
  Fields fields(value);
  if (fields.text("object") != "account") return false;
  out.id = fields.text("id");
  out.country = fields.text("country");
  out.charges_enabled = fields.flag("charges_enabled");
  out.capabilities = fields.pairs("capabilities");
  return is_id(out.id) && fields.ok();
}

bool read_listed(const Value& value, PaymentMethod& out) {
  return read(value, out);
}

bool read_listed(const Value& value, Customer& out) {
  Fields fields(value);
  out.default_source = fields.reference("default_source");
  out.name = fields.text("name");
  out.email = fields.text("email");
  out.phone = fields.text("phone");
  return fields.ok() && is_id_or_empty(out.default_source) && read(value, out);
}

bool read_listed(const Value& value, PaymentIntent& out) {
  Fields fields(value);
  if (fields.text("object") != "payment_intent") return false;
  out.id = fields.text("id");
  out.payment_method = fields.reference("payment_method");
  if (fields.text("status") == "canceled") out.payment_method.clear();
  return is_id(out.id) && is_id_or_empty(out.payment_method) && fields.ok();
}

bool read_listed(const Value& value, Subscription& out) {
  Fields fields(value);
  if (fields.text("object") != "subscription") return false;
  out.id = fields.text("id");
  out.payment_method = fields.reference("default_payment_method");
  Customer customer;
  if (const Value* whole = fields.expanded("customer");
      out.payment_method.empty() && whole && read(*whole, customer))
    out.payment_method = customer.default_payment_method;
  return is_id(out.id) && is_id_or_empty(out.payment_method) && fields.ok();
}

template <class T>
bool read(const Value& value, Page<T>& out) {
  Fields fields(value);
  const Value* data = fields.array("data");
  if (fields.text("object") != "list" || data == nullptr || !fields.has("has_more")) return false;
  out.has_more = fields.flag("has_more");
  out.data.resize(data->Size());
  for (rapidjson::SizeType i = 0; i < data->Size(); ++i)
    if (!(*data)[i].IsObject() || !read_listed((*data)[i], out.data[i])) return false;
  // A page that promises another but has no last id to go on from would be asked for ever.
  return fields.ok() && !(out.has_more && out.data.empty());
}

template <class T>
Object read_as(const Value& value) {
  Object object;
  if (!read(value, object.emplace<T>())) object.emplace<std::monostate>();
  return object;
}

Object read_for(Endpoint endpoint, const Value& value) {
  switch (endpoint) {
    case Endpoint::clone:
    case Endpoint::attach:
    case Endpoint::detach:
    case Endpoint::get_payment_method:
      return read_as<PaymentMethod>(value);
    case Endpoint::create_customer:
    case Endpoint::set_default:
    case Endpoint::get_customer:
      return read_as<Customer>(value);
    case Endpoint::get_own_account:
    case Endpoint::get_account:
      return read_as<Account>(value);
    case Endpoint::list_customers:
      return read_as<Page<Customer>>(value);
    case Endpoint::list_payment_methods:
      return read_as<Page<PaymentMethod>>(value);
    case Endpoint::list_payments:
      return read_as<Page<PaymentIntent>>(value);
    case Endpoint::list_subscriptions:
      return read_as<Page<Subscription>>(value);
  }
  return {};
}

// Types and codes become metric labels and columns: a closed alphabet, and short.
bool is_word_or_empty(std::string_view text) {
  static constexpr std::size_t kMaxLength = 64;
  const auto fits = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '.' || c == '-';
  };
  return text.size() <= kMaxLength && std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

Object parse_object(Endpoint endpoint, std::string_view body) {
  const JsonText json(body);
  return json.object() ? read_for(endpoint, *json.object()) : Object();
}

std::optional<ErrorBody> parse_error(std::string_view body) {
  const JsonText json(body);
  if (json.object() == nullptr) return std::nullopt;
  Fields envelope(*json.object());
  const Value* error = envelope.object("error");
  if (error == nullptr) return std::nullopt;
  Fields fields(*error);
  ErrorBody out{fields.text("type"), fields.text("code"), fields.text("param"), fields.text("message")};
  const bool ours =
      fields.ok() && !out.type.empty() && is_word_or_empty(out.type) && is_word_or_empty(out.code);
  return ours ? std::optional(std::move(out)) : std::nullopt;
}

}  // namespace payferry::stripe
