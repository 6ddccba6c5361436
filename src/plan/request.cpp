#include "plan/request.hpp"

#include <array>

#include "core/digest.hpp"
#include "plan/next.hpp"

namespace payferry::plan {
namespace {

// By character: ids are most of what is encoded, and none of them needs it.
constexpr std::array<bool, 256> kUnreserved = [] {
  std::array<bool, 256> table{};
  for (const char c : std::string_view("0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-._~"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}();

void append_encoded(std::string& out, std::string_view text, std::string_view kept) {
  static constexpr char kDigits[] = "0123456789ABCDEF";
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (kUnreserved[static_cast<unsigned char>(c)] || kept.find(c) != std::string_view::npos) continue;
    out += text.substr(from, at - from);
    from = at + 1;
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
  out += text.substr(from);
}

std::string key_of(std::initializer_list<std::string_view> parts) {
  return std::string("payferry-").append(to_hex(sha256_of(parts)));
}

Intent clone(const Item& item, const Rules& rules) {
  Intent intent;
  intent.generation = item.clone_generation;
  intent.path = "/v1/payment_methods";
  if (!item.customer.empty()) append_form(intent.body, "customer", item.customer);
  append_form(intent.body, "payment_method", item.payment_method);
  intent.idempotency_key = key_of({"clone", to_string(rules.mode), item.account, item.customer,
                                   item.payment_method, std::to_string(intent.generation)});
  return intent;
}

Intent create_customer(const Item& item, const Link& link, const Rules& rules) {
  Intent intent;
  intent.generation = link.generation;
  intent.path = "/v1/customers";
  std::string& body = intent.body;
  append_form(body, "payment_method", item.clone_id);
  if (default_at_creation(item, rules))
    append_form(body, "invoice_settings[default_payment_method]", item.clone_id);
  append_form(body, "metadata[payferry_source_customer]", link.customer);
  const LineContent& content = item.content;
  if (!content.name.empty()) append_form(body, "name", content.name);
  if (!content.email.empty()) append_form(body, "email", content.email);
  if (!content.phone.empty()) append_form(body, "phone", content.phone);
  for (const auto& [key, value] : content.metadata) append_form(body, "metadata[" + key + "]", value);
  intent.idempotency_key = key_of({"create_customer", to_string(rules.mode), item.account, link.customer,
                                   std::to_string(intent.generation)});
  return intent;
}

Intent attach(const Item& item, const Link& link, const Rules& rules) {
  Intent intent;
  intent.generation = item.attach_generation;
  intent.path = "/v1/payment_methods/" + percent_encoded(item.clone_id) + "/attach";
  append_form(intent.body, "customer", link.target_customer);
  intent.idempotency_key = key_of({"attach", to_string(rules.mode), item.account, item.clone_id,
                                   link.target_customer, std::to_string(intent.generation)});
  return intent;
}

Intent set_default(const Item& item, const Link& link, const Rules& rules) {
  Intent intent;
  intent.generation = item.default_generation;
  intent.path = "/v1/customers/" + percent_encoded(link.target_customer);
  append_form(intent.body, "invoice_settings[default_payment_method]", item.clone_id);
  intent.idempotency_key = key_of({"set_default", to_string(rules.mode), item.account, link.target_customer,
                                   item.clone_id, std::to_string(intent.generation)});
  return intent;
}

// Names no customer: a clone has one at most.
Intent detach(const Item& item, const Rules& rules) {
  Intent intent;
  intent.generation = item.detach_generation;
  intent.path = "/v1/payment_methods/" + percent_encoded(item.clone_id) + "/detach";
  intent.idempotency_key = key_of(
      {"detach", to_string(rules.mode), item.account, item.clone_id, std::to_string(intent.generation)});
  return intent;
}

Intent of_step(Step step, const Item& item, const Link* link, const Rules& rules) {
  switch (step) {
    case Step::create_customer:
      return create_customer(item, *link, rules);
    case Step::attach:
      return attach(item, *link, rules);
    case Step::set_default:
      return set_default(item, *link, rules);
    case Step::detach:
      return detach(item, rules);
    case Step::clone:
      break;
  }
  return clone(item, rules);
}

}  // namespace

Intent make_intent(Step step, const Item& item, const Link* link, const Rules& rules) {
  Intent intent = of_step(step, item, link, rules);
  intent.item_id = item.id;
  intent.step = step;
  intent.api_version = rules.api_version;
  intent.key_digest = rules.key_digest;
  return intent;
}

void append_form(std::string& body, std::string_view key, std::string_view value) {
  constexpr std::size_t kUsual = 240;
  if (body.empty())
    body.reserve(kUsual);
  else
    body += '&';
  append_encoded(body, key, "[]");
  body += '=';
  append_encoded(body, value, "");
}

std::string percent_encoded(std::string_view text) {
  std::string out;
  append_encoded(out, text, "");
  return out;
}

}  // namespace payferry::plan
