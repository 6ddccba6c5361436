#include "simulator/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <vector>

namespace payferry::simulator {
namespace {

enum class Kind { id, text, integer, limit, metadata, expand };

struct Rule {
  std::string_view name;
  Kind kind;
  std::size_t longest = 5000;
  bool required = false;
};

const std::vector<Rule>& rules(Endpoint endpoint) {
  static const Rule customer{"customer", Kind::id, 255}, needed_customer{"customer", Kind::id, 255, true};
  static const Rule method{"payment_method", Kind::id, 255}, type{"type", Kind::id, 50},
      expand{"expand[]", Kind::expand};
  static const Rule default_method{"invoice_settings[default_payment_method]", Kind::text, 255};
  static const Rule metadata{"metadata", Kind::metadata}, limit{"limit", Kind::limit},
      email{"email", Kind::text, 512};
  static const Rule after{"starting_after", Kind::id, 255}, before{"ending_before", Kind::id, 255};
  static const Rule name{"name", Kind::text, 256}, phone{"phone", Kind::text, 20},
      text{"description", Kind::text, 350};
  static const Rule email_filter{"email", Kind::id, 512}, redisplay{"allow_redisplay", Kind::id, 20};

  static const std::vector<Rule> only_expand{expand}, clone{customer, method, type, expand};
  static const std::vector<Rule> attach{needed_customer, expand}, update_method{metadata, redisplay, expand};
  static const std::vector<Rule> list_methods{customer, type, redisplay, limit, after, before, expand};
  static const std::vector<Rule> list_own_methods{type, redisplay, limit, after, before, expand};
  static const std::vector<Rule> create{method, default_method, name, email, phone, text, metadata, expand};
  static const std::vector<Rule> update{default_method, name, email, phone, text, metadata, expand};
  static const std::vector<Rule> list{email_filter,
                                      {"created", Kind::integer},
                                      {"created[gt]", Kind::integer},
                                      {"created[gte]", Kind::integer},
                                      {"created[lt]", Kind::integer},
                                      {"created[lte]", Kind::integer},
                                      limit,
                                      after,
                                      before,
                                      expand};
  static const std::vector<Rule> list_payments{customer, limit, after, before, expand};
  static const std::vector<Rule> list_subscriptions{customer, {"status", Kind::id, 20}, limit, after, before,
                                                    expand};
  static const std::vector<Rule> none;
  switch (endpoint) {
    case Endpoint::clone:
      return clone;
    case Endpoint::attach:
      return attach;
    case Endpoint::update_payment_method:
      return update_method;
    case Endpoint::list_payment_methods:
      return list_methods;
    case Endpoint::list_customer_payment_methods:
      return list_own_methods;
    case Endpoint::create_customer:
      return create;
    case Endpoint::update_customer:
      return update;
    case Endpoint::list_customers:
      return list;
    case Endpoint::list_payment_intents:
      return list_payments;
    case Endpoint::list_subscriptions:
      return list_subscriptions;
    case Endpoint::delete_customer:
      return none;
    default:
      return only_expand;
  }
}

bool about_customers(Endpoint endpoint) {
  return endpoint == Endpoint::create_customer || endpoint == Endpoint::retrieve_customer ||
         endpoint == Endpoint::update_customer || endpoint == Endpoint::list_customers;
}

bool a_list(Endpoint endpoint) {
  return endpoint == Endpoint::list_customers || endpoint == Endpoint::list_payment_methods ||
         endpoint == Endpoint::list_customer_payment_methods || endpoint == Endpoint::list_payment_intents ||
         endpoint == Endpoint::list_subscriptions;
}

std::optional<ApiError> check_expand(Endpoint endpoint, std::string_view path) {
  std::string_view rest = path;
  bool fits = true;
  if (a_list(endpoint)) {
    fits = rest.substr(0, 5) == "data.";
    rest = rest.substr(std::min<std::size_t>(5, rest.size()));
  }
  const bool account = endpoint == Endpoint::retrieve_account || endpoint == Endpoint::retrieve_own_account;
  fits = fits && !account &&
         (about_customers(endpoint)
              ? rest == "invoice_settings.default_payment_method" || rest == "default_source"
              : rest == "customer");
  if (fits) return std::nullopt;
  return errors::bad_request(fmt::format("This property cannot be expanded ({}).", path), "expand");
}

std::optional<ApiError> check_integer(std::string_view name, std::string_view text, bool limit) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) {
    return errors::bad_request(fmt::format("Invalid integer: {}", text), std::string(name),
                               "parameter_invalid_integer");
  }
  if (limit && (number < 1 || number > 100)) {
    return errors::bad_request(fmt::format("This value must be {} than or equal to {}.",
                                           number < 1 ? "greater" : "less", number < 1 ? 1 : 100),
                               std::string(name), "parameter_invalid_integer");
  }
  return std::nullopt;
}

// name is metadata[key] or, to unset all of them, metadata with an empty value.
std::optional<ApiError> check_metadata(const std::string& name, const std::string& value) {
  if (name == "metadata") {
    return value.empty() ? std::nullopt : std::optional(errors::bad_request("Invalid object", "metadata"));
  }
  const std::string_view key = std::string_view(name).substr(9, name.size() - 10);
  if (key.empty() || key.find_first_of("[]") != std::string_view::npos) {
    return errors::bad_request("Metadata keys must be neither empty nor contain square brackets.",
                               "metadata");
  }
  if (characters(key) > 40) {
    return errors::bad_request(
        fmt::format("Metadata keys can only be 40 characters long, but one of yours has {}.",
                    characters(key)),
        "metadata");
  }
  if (characters(value) > 500) {
    return errors::bad_request(
        fmt::format("Metadata values can have up to 500 characters, but you passed in a value that "
                    "is {} characters.",
                    characters(value)),
        name);
  }
  return std::nullopt;
}

const Rule* rule_for(const std::vector<Rule>& list, std::string_view name) {
  const bool metadata = name == "metadata" || (name.substr(0, 9) == "metadata[" && name.back() == ']');
  for (const Rule& rule : list) {
    if (rule.name == name || (rule.kind == Kind::metadata && metadata)) return &rule;
  }
  return nullptr;
}

std::optional<ApiError> check(Endpoint endpoint, const Rule& rule, const std::string& name,
                              const std::string& value) {
  if (rule.kind == Kind::metadata) return check_metadata(name, value);
  if (value.empty() && rule.kind != Kind::text) return errors::empty_parameter(name);
  if (rule.kind == Kind::expand) return check_expand(endpoint, value);
  if (rule.kind == Kind::integer || rule.kind == Kind::limit) {
    return check_integer(name, value, rule.kind == Kind::limit);
  }
  if (characters(value) > rule.longest) {
    return errors::bad_request(fmt::format("Invalid string; must be at most {} characters", rule.longest),
                               name);
  }
  return std::nullopt;
}

}  // namespace

ApiError too_many_metadata_keys() {
  return errors::bad_request(fmt::format("You can only specify up to {} metadata keys.", max_metadata_keys),
                             "metadata");
}

std::optional<ApiError> validate(Endpoint endpoint, const Params& params) {
  const std::vector<Rule>& list = rules(endpoint);
  std::size_t metadata_keys = 0;
  for (const auto& [name, value] : params.pairs) {
    const Rule* rule = rule_for(list, name);
    if (!rule) return errors::unknown_parameter(name);
    if (auto error = check(endpoint, *rule, name, value)) return error;
    metadata_keys += rule->kind == Kind::metadata ? 1 : 0;
  }
  for (const Rule& rule : list) {
    if (rule.required && !params.find(rule.name)) return errors::missing_parameter(rule.name);
  }
  if (metadata_keys > max_metadata_keys) return too_many_metadata_keys();
  if (params.find("starting_after") && params.find("ending_before")) {
    return errors::bad_request("You cannot parameterize both starting_after and ending_before.");
  }
  return std::nullopt;
}

}  // namespace payferry::simulator
