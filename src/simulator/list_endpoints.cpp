#include <algorithm>
#include <charconv>
#include <limits>
#include <type_traits>

#include "simulator/endpoints.hpp"
#include "simulator/render.hpp"

namespace payferry::simulator {
namespace {

std::int64_t number(const Params& params, std::string_view name, std::int64_t otherwise) {
  const std::string* text = params.find(name);
  if (text) std::from_chars(text->data(), text->data() + text->size(), otherwise);
  return otherwise;
}

struct CreatedRange {
  std::int64_t from, to;  // both inclusive

  explicit CreatedRange(const Params& params) {
    constexpr auto least = std::numeric_limits<std::int64_t>::min(),
                   most = std::numeric_limits<std::int64_t>::max();
    from = std::max(number(params, "created", least), number(params, "created[gte]", least));
    if (params.find("created[gt]")) from = std::max(from, number(params, "created[gt]", 0) + 1);
    to = std::min(number(params, "created", most), number(params, "created[lte]", most));
    if (params.find("created[lt]")) to = std::min(to, number(params, "created[lt]", 0) - 1);
  }
  bool holds(std::int64_t created) const { return created >= from && created <= to; }
};

// `order` is oldest first, pages are newest first. A page starts beside its cursor and walks away from it.
template <typename Object>
struct Page {
  std::vector<const Object*> items;  // newest first
  bool has_more = false;
};

template <typename Object, typename Keep>
Page<std::remove_const_t<Object>> take_page(const std::vector<Object*>& order,
                                            std::optional<std::size_t> after,
                                            std::optional<std::size_t> before, std::size_t limit,
                                            const Keep& keep) {
  Page<std::remove_const_t<Object>> page;
  const auto add = [&](const Object* object) {
    if (!keep(*object)) return true;
    if (page.items.size() == limit) {
      page.has_more = true;
      return false;
    }
    page.items.push_back(object);
    return true;
  };
  if (before) {
    for (std::size_t i = *before + 1; i < order.size() && add(order[i]);) ++i;
    std::reverse(page.items.begin(), page.items.end());
  } else {
    for (std::size_t i = after.value_or(order.size()); i > 0 && add(order[i - 1]);) --i;
  }
  return page;
}

template <typename Object>
std::string list_body(const Page<Object>& page, std::string_view url, const View& view) {
  Json json;
  json.open().field("object", "list").key("data").open_list();
  for (const Object* object : page.items) write(json, *object, view);
  json.close_list().field("has_more", page.has_more).field("url", url).close();
  return json.take();
}

View list_view(const Call& call) {
  return {call.store.options().livemode, expansions(call.params, true)};
}

// Those of one customer, or all; newest first.
template <typename Object>
Answer list_of(Call call, const std::vector<Object>& all, std::string_view kind, std::string_view url) {
  const std::string customer_id = call.params.get("customer");
  if (!customer_id.empty() && !living_customer(call, customer_id))
    return no_such_customer(customer_id, "customer");
  std::vector<const Object*> order;
  for (const Object& each : all) order.push_back(&each);
  std::optional<std::size_t> cursors[2];
  const char* names[2] = {"starting_after", "ending_before"};
  for (int i = 0; i < 2; ++i) {
    const std::string* id = call.params.find(names[i]);
    if (!id) continue;
    const auto found =
        std::find_if(order.begin(), order.end(), [&](const Object* each) { return each->id == *id; });
    if (found == order.end()) return errors::no_such(kind, *id, names[i]);
    cursors[i] = static_cast<std::size_t>(found - order.begin());
  }
  const auto keep = [&](const Object& each) {
    return customer_id.empty() || each.customer->id == customer_id;
  };
  const auto limit = static_cast<std::size_t>(number(call.params, "limit", 10));
  return list_body(take_page(order, cursors[0], cursors[1], limit, keep), url, list_view(call));
}

}  // namespace

Answer list_payments(Call call) {
  return list_of(call, call.account.payments, "payment_intent", "/v1/payment_intents");
}

Answer list_subscriptions(Call call) {
  return list_of(call, call.account.subscriptions, "subscription", "/v1/subscriptions");
}

Answer list_customers(Call call) {
  const auto& order = call.account.order;
  std::optional<std::size_t> cursors[2];
  const char* names[2] = {"starting_after", "ending_before"};
  for (int i = 0; i < 2; ++i) {
    const std::string* id = call.params.find(names[i]);
    if (!id) continue;
    const auto found = call.account.customers.find(*id);
    if (found == call.account.customers.end()) return no_such_customer(*id, names[i]);
    cursors[i] = found->second.position;
  }
  const CreatedRange range(call.params);
  if (!cursors[0] && !cursors[1]) {  // created rises with position: do not walk over what is too new
    const auto end = std::partition_point(
        order.begin(), order.end(), [&](const Customer* customer) { return customer->created <= range.to; });
    cursors[0] = static_cast<std::size_t>(end - order.begin());
  }
  const std::string* email = call.params.find("email");
  const auto keep = [&](const Customer& customer) {
    return !customer.deleted && range.holds(customer.created) && (!email || customer.email == *email);
  };
  const auto limit = static_cast<std::size_t>(number(call.params, "limit", 10));
  return list_body(take_page(order, cursors[0], cursors[1], limit, keep), "/v1/customers", list_view(call));
}

Answer list_methods(Call call, const std::string& customer_id) {
  const bool nested = !call.id.empty();
  const std::string url =
      nested ? "/v1/customers/" + customer_id + "/payment_methods" : "/v1/payment_methods";
  // Unattached methods cannot be listed.
  if (customer_id.empty()) return list_body(Page<PaymentMethod>{}, url, list_view(call));
  Customer* customer = living_customer(call, customer_id);
  if (!customer) return no_such_customer(customer_id, nested ? "id" : "customer");
  const auto& order = customer->methods;
  std::optional<std::size_t> cursors[2];
  const char* names[2] = {"starting_after", "ending_before"};
  for (int i = 0; i < 2; ++i) {
    const std::string* id = call.params.find(names[i]);
    if (!id) continue;
    const auto found =
        std::find_if(order.begin(), order.end(), [&](const PaymentMethod* m) { return m->id == *id; });
    if (found == order.end()) return errors::no_such("PaymentMethod", *id, names[i]);
    cursors[i] = static_cast<std::size_t>(found - order.begin());
  }
  const std::string* type = call.params.find("type");
  const auto keep = [&](const PaymentMethod& method) { return !type || name_of(method.type) == *type; };
  const auto limit = static_cast<std::size_t>(number(call.params, "limit", 10));
  return list_body(take_page(order, cursors[0], cursors[1], limit, keep), url, list_view(call));
}

}  // namespace payferry::simulator
