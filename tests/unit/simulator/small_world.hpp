#pragma once

#include <rapidjson/document.h>
#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

#include <cctype>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "simulator/world.hpp"

namespace payferry::simulator {

// A world of two connected accounts with a clock that stands still, and short ways to talk to it.
struct SmallWorld {
  using Fields = std::vector<std::pair<std::string, std::string>>;

  static WorldOptions defaults() {
    WorldOptions options;
    options.limits.scope = LimitScope::none;
    return options;
  }

  explicit SmallWorld(WorldOptions options = defaults()) : world(with_clock(std::move(options))) {
    world.store().add_account("acct_A");
    world.store().add_account("acct_B");
    owner = &add_customer("cus_owner");
    card = &add_original("pm_card", owner);
  }

  Customer& add_customer(const std::string& id) {
    Customer customer;
    customer.id = id;
    customer.created = 1000;
    return world.store().add_customer(world.store().platform(), std::move(customer));
  }

  PaymentMethod& add_original(const std::string& id, Customer* customer, MethodType type = MethodType::card) {
    PaymentMethod method;
    method.id = id;
    method.type = type;
    method.traits = mix(1, id);
    PaymentMethod& stored = world.store().add_method(world.store().platform(), std::move(method));
    if (customer) world.store().attach(stored, *customer);
    return stored;
  }

  static std::string encode(const Fields& fields) {
    std::string out;
    for (const auto& [name, value] : fields) {
      if (!out.empty()) out += '&';
      for (const std::string* part : {&name, &value}) {
        for (unsigned char c : *part) {
          static constexpr char hex[] = "0123456789ABCDEF";
          if (std::isalnum(c) || c == '_' || c == '-' || c == '.') {
            out += static_cast<char>(c);
          } else {
            out += {'%', hex[c >> 4], hex[c & 15]};
          }
        }
        if (part == &name) out += '=';
      }
    }
    return out;
  }

  static Request make(const std::string& method, const std::string& target, const Fields& fields = {},
                      const std::string& account = "acct_A", const std::string& key = {}) {
    Request request{method, target, {{"Authorization", "Bearer sk_test_0123456789"}}, {}};
    if (!account.empty()) request.headers.emplace_back("Stripe-Account", account);
    if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
    if (method == "POST") {
      request.headers.emplace_back("Content-Type", "application/x-www-form-urlencoded");
      request.body = encode(fields);
    } else if (!fields.empty()) {
      request.target += '?' + encode(fields);
    }
    return request;
  }

  Response send(Request request) { return world.handle(std::move(request)).response; }
  Response post(const std::string& target, const Fields& fields, const std::string& account = "acct_A",
                const std::string& key = {}) {
    return send(make("POST", target, fields, account, key));
  }
  Response get(const std::string& target, const Fields& fields = {}, const std::string& account = "acct_A") {
    return send(make("GET", target, fields, account));
  }

  // The id of a new clone of `card`.
  std::string clone(const std::string& account = "acct_A", const std::string& key = {});
  // The id of a new customer on a connected account.
  std::string customer(const Fields& fields = {}, const std::string& account = "acct_A");

  std::int64_t now = 1'800'000'000'000'000;  // microseconds
  World world;
  Customer* owner = nullptr;
  PaymentMethod* card = nullptr;

 private:
  WorldOptions with_clock(WorldOptions options) {
    options.clock = [this] { return now; };
    return options;
  }
};

// What stands at a path like error.code or data.0.id: texts as they are, the rest as JSON; "absent" if there
// is nothing.
inline std::string at(const std::string& body, const std::string& path) {
  rapidjson::Document document;
  document.Parse(body.data(), body.size());
  if (document.HasParseError()) return "no JSON";
  const rapidjson::Value* value = &document;
  std::string rest = path;
  while (!rest.empty()) {
    const auto dot = rest.find('.');
    const std::string name = rest.substr(0, dot);
    rest = dot == std::string::npos ? "" : rest.substr(dot + 1);
    if (value->IsArray()) {
      const auto index = static_cast<rapidjson::SizeType>(std::atoi(name.c_str()));
      if (index >= value->Size()) return "absent";
      value = &(*value)[index];
    } else {
      if (!value->IsObject() || !value->HasMember(name.c_str())) return "absent";
      value = &(*value)[name.c_str()];
    }
  }
  if (value->IsString()) return value->GetString();
  rapidjson::StringBuffer buffer;
  rapidjson::Writer<rapidjson::StringBuffer> writer(buffer);
  value->Accept(writer);
  return buffer.GetString();
}
inline std::string at(const Response& response, const std::string& path) {
  return at(response.body, path);
}

inline std::string header(const Response& response, std::string_view name) {
  const std::string* value = find_header(response.headers, name);
  return value ? *value : "absent";
}

inline std::string SmallWorld::clone(const std::string& account, const std::string& key) {
  return at(
      post("/v1/payment_methods", {{"customer", owner->id}, {"payment_method", card->id}}, account, key),
      "id");
}

inline std::string SmallWorld::customer(const Fields& fields, const std::string& account) {
  return at(post("/v1/customers", fields, account), "id");
}

}  // namespace payferry::simulator
