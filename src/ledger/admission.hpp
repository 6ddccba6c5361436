#pragma once

#include <map>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/digest.hpp"
#include "ledger/counterparts.hpp"
#include "ledger/database.hpp"
#include "ledger/known_items.hpp"
#include "ledger/ledger.hpp"
#include "ledger/reopen.hpp"

namespace payferry::ledger {

// The way of lines into the ledger: new items and links, known ones met again, rejects, and the position of
// the reader.
class AdmissionStore {
 public:
  AdmissionStore(Database& database, Owner owner, AdmissionRules rules, CounterpartStore& counterparts);

  InputState begin_input(const std::string& job, const std::string& identity,
                         const std::vector<std::string>& columns, bool from_start, std::int64_t now_ms);
  Admitted admit(const Admission& admission);
  // From now on only these lanes are this worker's.
  void serve(Shards lanes) { lanes_ = lanes; }
  // The job's last reading; id 0: there is none.
  InputState reading_of(const std::string& job);
  // A transaction was given up: ids that were made in it are nobody's.
  void forget_made();
  // At most so many entries, and as many rejects, of one reading that another has taken the place of. False:
  // there is nothing of the kind.
  bool forget_earlier(std::size_t most);

 private:
  struct AccountRow {
    std::int64_t id = 0;
    bool lost = false;
    std::uint64_t asked_in = 0;  // the batch as of which `lost` is
  };
  struct LinkChoice {
    std::int64_t id = 0;
    std::string conflict;  // the customer that the link has already, where the line names another
  };

  AccountRow& account_of(const std::string& account);
  bool is_lost(AccountRow& account);
  Known with_account(Known known, AccountRow& account);
  LinkChoice link_of(std::int64_t account_id, const Entry& entry);
  // 0: it was there.
  std::int64_t add_link(std::int64_t account_id, const Identity& identity, const Entry& entry);
  void admit_entry(const Admission& admission, const Entry& entry, Admitted& counts);
  void add_item(const Admission& admission, const Entry& entry, AccountRow& account, const Identity& identity,
                Admitted& counts);
  void meet_item(const KnownItems::Found& found, const Admission& admission, const Entry& entry,
                 AccountRow& account, Admitted& counts);
  bool take_content(const Admission& admission, const Entry& entry, std::int64_t item,
                    std::int64_t account_id, Admitted& counts, bool open);
  KnownItems::Found locked(std::int64_t item, const Entry& entry);
  void add_reject(std::int64_t input, const Reject& reject, Admitted& counts);
  void reject_conflict(const Admission& admission, const Entry& entry, const std::string& conflict,
                       Admitted& counts);
  void note_opened(Admitted& counts, AccountRow& account, const std::string& name, std::int64_t item);

  Database& database_;
  Owner owner_;
  AdmissionRules rules_;
  CounterpartStore& counterparts_;
  Reopener reopener_;
  KnownItems known_items_;
  std::unordered_map<std::string, AccountRow> accounts_;
  std::uint64_t batch_ = 0;
  Identity last_link_{};  // that a new item was looked up or put in for; zeros: none yet
  Shards lanes_ = kAllShards;

  Statement find_account_, add_account_, account_lost_;
  Statement find_link_, add_link_, set_link_target_;
  Statement add_item_, set_content_, set_state_, lock_item_;
  Statement add_entry_, add_reject_, advance_input_;
};

}  // namespace payferry::ledger
