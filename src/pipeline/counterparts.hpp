#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "pipeline/account_guard.hpp"
#include "pipeline/reads.hpp"
#include "plan/counterparts.hpp"

namespace payferry::pipeline {

struct CounterpartRules {
  bool creates = true;       // target.customer: create; otherwise nobody's customers can be doubled
  bool others_block = true;  // target.other_customers
  bool new_ledger = false;   // --new-ledger
  std::string find_key;      // target.find
  std::string ledger;        // how messages call it
};

// Looks at the customers that accounts have already: once before the first write that a ledger sends to an
// account, and once per run for the counterparts of links that have none.
class Counterparts {
 public:
  Counterparts(Shared& shared, CounterpartRules rules) : shared_(shared), rules_(std::move(rules)) {}

  // Whether this ledger may write to the account. Another ledger served it: the run stops.
  async::Task<Guarded> look_first(AccountPlace& place, std::int64_t account_id, std::string account);

  // Whether a link without a customer must wait until the account's customers have been looked through.
  bool must_search(const AccountPlace& place) const { return place.taken_over || !rules_.find_key.empty(); }
  enum class Searched {
    done,     // every link that has a counterpart there is linked, in the ledger
    left,     // the run stops, or the account is closed
    unknown,  // Stripe does not tell now
  };
  async::Task<Searched> search(AccountPlace& place, std::int64_t account_id, std::string account);

 private:
  struct Search {
    std::optional<Searched> ended;
    bool busy = false;
    std::vector<async::Alarm*> waiting;
  };
  struct Walk {
    enum class Kind { seen, refused, left, unknown };
    Kind kind = Kind::left;
    plan::FirstLook look;
    plan::FirstSight sight = plan::FirstSight::more;
    stripe::Verdict verdict;
  };

  async::Task<Guarded> look(AccountPlace& place, std::int64_t account_id, std::string account);
  async::Task<Walk> walk(AccountPlace& place, std::int64_t account_id, std::string account,
                         const plan::FirstLookRules* first);
  async::Task<bool> see(std::int64_t account_id, const std::vector<stripe::Customer>& customers,
                        plan::Claims claims);
  async::Task<bool> explain(std::int64_t account_id, const std::vector<stripe::Customer>& customers,
                            plan::FirstLook& look);
  async::Task<bool> link(std::int64_t account_id, std::string account);
  async::Task<Guarded> conclude(AccountPlace& place, std::int64_t account_id, std::string account, Walk walk);
  async::Task<Guarded> refused(AccountPlace& place, std::int64_t account_id, std::string account,
                               stripe::Verdict verdict, bool go_on);
  void not_looked(const std::string& account, const stripe::Verdict& verdict, const char* consequence);
  async::Task<Guarded> pass(std::int64_t account_id, ledger::Looked looked);
  async::Task<Guarded> block(AccountPlace& place, std::int64_t account_id, std::string account,
                             stripe::Verdict why);
  async::Task<Searched> search_now(AccountPlace& place, std::int64_t account_id, std::string account);
  template <class T>
  bool kept(const Result<T>& stored);

  Shared& shared_;
  const CounterpartRules rules_;
  std::unordered_map<std::int64_t, Search> searches_;  // by account id
};

// The first look, in the guard's list.
class CounterpartCheck final : public AccountCheck {
 public:
  explicit CounterpartCheck(Counterparts& counterparts) : counterparts_(counterparts) {}
  async::Task<Guarded> look(AccountPlace& place, std::int64_t account_id, std::string account) override {
    return counterparts_.look_first(place, account_id, std::move(account));
  }

 private:
  Counterparts& counterparts_;
};

}  // namespace payferry::pipeline
