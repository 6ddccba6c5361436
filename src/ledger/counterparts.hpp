#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "core/digest.hpp"
#include "ledger/database.hpp"
#include "ledger/ledger.hpp"

namespace payferry::ledger {

// The key under which the link of a platform customer (or of an original without one) on an account is found.
Identity link_identity(const Owner& owner, const std::string& account, const std::string& customer);

// The identity of the customers file that the job gave last; empty: none.
std::string customers_file_of(Database& database, const std::string& job);

// What is known of customers that existed on connected accounts before us: given by a file, or seen there. A
// link takes such a customer only while it has none and none is being made.
class CounterpartStore {
 public:
  CounterpartStore(Database& database, Owner owner);

  Given give_targets(const std::vector<Counterpart>& counterparts);
  std::string customers_file(const std::string& job) { return customers_file_of(database_, job); }
  void note_customers_file(const std::string& job, const std::string& identity);

  AccountFacts facts(std::int64_t account_id);
  bool names_any(std::int64_t account_id, const std::vector<std::string>& target_customers);
  // What was seen is kept until the ledger is opened again; of several for one customer the oldest counts,
  // and of those seen in one second the last.
  void note_seen(std::int64_t account_id, const std::vector<SeenCustomer>& seen);
  // All of the account's customers were seen: from now on new links take theirs when they are made
  // (seen_for), and the open ones get them here, `limit` customers at a time.
  LinkedSeen link_seen(std::int64_t account_id, const std::string& after, std::size_t limit);
  std::string seen_for(std::int64_t account_id, const std::string& customer);
  void note_looked(std::int64_t account_id, Looked looked);

  // A transaction was given up: ids that were made in it are nobody's.
  void forget_made() { account_ids_.clear(); }

  // Those of the ids that are clones of other items of the account.
  std::vector<std::string> clones_among(std::int64_t account_id, const std::vector<std::string>& ids,
                                        std::int64_t except_item);

 private:
  enum class Taking { given, known, contradicts };
  std::int64_t account_of(const std::string& account);
  Taking give_target(const Counterpart& counterpart);

  Database& database_;
  Owner owner_;
  std::unordered_map<std::string, std::int64_t> account_ids_;
  std::unordered_set<std::int64_t> all_seen_;  // accounts

  Statement find_account_, add_account_, name_account_;
  Statement find_link_, add_link_, fill_link_, link_by_target_;
  Statement add_seen_, find_seen_, next_seen_;
};

}  // namespace payferry::ledger
