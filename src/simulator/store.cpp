#include "simulator/store.hpp"

#include <algorithm>
#include <cctype>

namespace payferry::simulator {

std::string_view name_of(MethodType type) {
  switch (type) {
    case MethodType::card:
      return "card";
    case MethodType::us_bank_account:
      return "us_bank_account";
    case MethodType::link:
      return "link";
    case MethodType::sepa_debit:
      return "sepa_debit";
  }
  return "";
}

const std::string* find_metadata(const Metadata& metadata, std::string_view key) {
  for (const auto& [name, value] : metadata) {
    if (name == key) return &value;
  }
  return nullptr;
}

void set_metadata(Metadata& metadata, const std::string& key, const std::string& value) {
  auto found =
      std::find_if(metadata.begin(), metadata.end(), [&](const auto& pair) { return pair.first == key; });
  if (value.empty()) {
    if (found != metadata.end()) metadata.erase(found);
  } else if (found != metadata.end()) {
    found->second = value;
  } else {
    metadata.emplace_back(key, value);
  }
}

bool well_formed_id(std::string_view id, std::string_view prefix) {
  return id.size() > prefix.size() && id.size() <= 255 && id.substr(0, prefix.size()) == prefix &&
         std::all_of(id.begin(), id.end(), [](unsigned char c) { return std::isalnum(c) != 0 || c == '_'; });
}

Store::Store(StoreOptions options) : ids(options.seed), options_(std::move(options)) {
  platform_ = std::make_unique<Account>();
  platform_->id = "acct_1" + letters(mix(options_.seed, "platform"), 15);
  platform_->platform = true;
}

Account& Store::add_account(std::string id, std::string country) {
  auto account = std::make_unique<Account>();
  account->id = id;
  account->country = std::move(country);
  return *(connected_[std::move(id)] = std::move(account));
}

Account* Store::find_account(const std::string& id) {
  const auto found = connected_.find(id);
  if (found != connected_.end()) return found->second.get();
  if (options_.any_originals && well_formed_id(id, "acct_") && id != platform_->id) return &add_account(id);
  return nullptr;
}

Customer* Store::find_customer(Account& account, const std::string& id) {
  const auto found = account.customers.find(id);
  if (found != account.customers.end()) return &found->second;
  if (!options_.any_originals || account.platform || !well_formed_id(id, "cus_")) return nullptr;
  Customer customer;
  customer.id = id;
  customer.created = account.order.empty() ? 0 : account.order.back()->created;
  return &add_customer(account, std::move(customer));
}

PaymentMethod* Store::find_method(Account& account, const std::string& id) {
  const auto found = account.methods.find(id);
  return found == account.methods.end() ? nullptr : &found->second;
}

bool Store::on_some_connected_account(const std::string& method_id) const {
  return std::any_of(connected_.begin(), connected_.end(),
                     [&](const auto& entry) { return entry.second->methods.count(method_id) > 0; });
}

Customer& Store::add_customer(Account& account, Customer customer) {
  customer.position = account.order.size();
  const std::string id = customer.id;
  Customer& stored = account.customers.emplace(id, std::move(customer)).first->second;
  account.order.push_back(&stored);
  return stored;
}

PaymentMethod& Store::add_method(Account& account, PaymentMethod method) {
  const std::string id = method.id;
  return account.methods.emplace(id, std::move(method)).first->second;
}

void Store::attach(PaymentMethod& method, Customer& customer) {
  method.use = Use::attached;
  method.customer = &customer;
  customer.methods.push_back(&method);
}

void Store::detach(PaymentMethod& method) {
  if (Customer* customer = method.customer) {
    auto& methods = customer->methods;
    methods.erase(std::remove(methods.begin(), methods.end(), &method), methods.end());
    if (customer->default_method == &method) customer->default_method = nullptr;
  }
  method.customer = nullptr;
  method.use = Use::detached;
}

void Store::remove(Customer& customer) {
  while (!customer.methods.empty()) detach(*customer.methods.back());
  customer.deleted = true;
}

}  // namespace payferry::simulator
