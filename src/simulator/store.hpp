#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "simulator/objects.hpp"
#include "simulator/random.hpp"

namespace payferry::simulator {

struct StoreOptions {
  std::uint64_t seed = 1;
  bool livemode = false;
  // Every well-formed id is taken for an existing, attached original (or account, or customer on a connected
  // account): for lists that were not made here.
  bool any_originals = false;
  // What Stripe says with "in the wrong state" errors: usually no code at all, sometimes
  // payment_method_unexpected_state.
  std::string state_error_code;
  std::size_t max_methods_per_customer = 500;  // Stripe has such a limit and does not state it
};

// All accounts and their objects, and the few moves that keep them consistent. No rules about who may do
// what.
class Store {
 public:
  explicit Store(StoreOptions options);

  const StoreOptions& options() const { return options_; }
  Account& platform() { return *platform_; }
  const Account& platform() const { return *platform_; }
  const std::map<std::string, std::unique_ptr<Account>>& connected() const { return connected_; }

  Account& add_account(std::string id, std::string country = "US");
  // Nothing for an account that is not connected.
  Account* find_account(const std::string& id);
  // Deleted ones are found too.
  Customer* find_customer(Account& account, const std::string& id);
  PaymentMethod* find_method(Account& account, const std::string& id);
  bool on_some_connected_account(const std::string& method_id) const;

  Customer& add_customer(Account& account, Customer customer);
  PaymentMethod& add_method(Account& account, PaymentMethod method);
  void attach(PaymentMethod& method, Customer& customer);
  void detach(PaymentMethod& method);
  void remove(Customer& customer);

  IdMaker ids;

 private:
  StoreOptions options_;
  std::unique_ptr<Account> platform_;
  std::map<std::string, std::unique_ptr<Account>> connected_;
};

// prefix_ followed by letters, digits and underscores.
bool well_formed_id(std::string_view id, std::string_view prefix);

}  // namespace payferry::simulator
