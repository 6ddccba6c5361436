#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/records.hpp"

// What a verification reads back: the clones that the ledger says are attached, customer by customer.
namespace payferry::ledger {

struct CheckFilter {
  std::int64_t input = 0;
  std::vector<std::string> accounts;  // empty: all
  std::uint64_t sample = 0;           // so many items, drawn at random; 0: all
  std::uint64_t seed = 0;
};

struct CheckedClone {
  std::string payment_method;  // the original
  std::string clone_id;
  CloneDetails details;
  bool marked = false;         // its line marks it as the default
  bool made_customer = false;  // the customer was made with it
};

// A customer of a connected account, and the clones that belong on it.
struct CheckedCustomer {
  std::int64_t account_id = 0;
  std::string account;
  std::string customer;  // the platform's; the original's id where it has none
  std::string target_customer;
  bool made = false;  // by us: it bears our mark
  std::vector<CheckedClone> clones;
};

struct CheckedAccount {
  std::int64_t id = 0;
  std::string account;
  std::uint64_t customers = 0;
  std::uint64_t clones = 0;
  std::uint64_t single_marked = 0;  // customers with one clone, which is marked
  std::uint64_t single_made = 0;    // customers with one clone, with which they were made
};

// Chosen once, kept in a file of its own that ends with the process. Customers are handed out until they are
// dropped. Blocking; throws Unreadable.
class Checks {
 public:
  virtual ~Checks() = default;
  virtual std::vector<CheckedAccount> accounts() = 0;
  // Succeeded items that hang on no customer: no list shows their clones.
  virtual std::uint64_t unattached() const = 0;
  // Those of the customers that are to be checked still.
  virtual std::vector<CheckedCustomer> among(std::int64_t account,
                                             const std::vector<std::string>& targets) = 0;
  virtual std::vector<CheckedCustomer> next(std::int64_t account, std::size_t limit) = 0;
  virtual std::uint64_t left(std::int64_t account) = 0;
  virtual void drop(std::int64_t account, const std::string& target) = 0;
  virtual void drop_account(std::int64_t account) = 0;
  // Those of the ids that are clones of some item on the account.
  virtual std::vector<std::string> clones_among(std::int64_t account,
                                                const std::vector<std::string>& ids) = 0;
};

}  // namespace payferry::ledger
