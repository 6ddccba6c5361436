#pragma once

#include <string>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"
#include "ledger/reopen.hpp"

namespace payferry::ledger {

// The life of items after their admission: what is open, intents, outcomes.
class WorkStore {
 public:
  explicit WorkStore(Database& database);

  // From now on only these lanes are loaded.
  void serve(Shards lanes) { lanes_ = lanes; }
  std::vector<AccountState> accounts();
  std::vector<Work> load(std::int64_t account_id, std::int64_t after, std::size_t limit);
  // Of what begin_rollback() chose: what still is attached.
  std::vector<Work> load_attached(std::int64_t account_id, std::int64_t after, std::size_t limit);
  std::int64_t intend(const Intent& intent, const std::optional<Link>& link);
  Link reload_link(std::int64_t id);
  SentBetween lost_creations(std::int64_t account_id);
  void settle(const Settlement& settlement, std::int64_t now_ms);
  void block_account(std::int64_t account_id, const std::string& code, const std::string& message,
                     std::int64_t now_ms);
  std::int64_t retry(const RetryFilter& filter);
  std::int64_t put_back(const std::vector<std::int64_t>& items);

 private:
  std::int64_t add_intent(const Intent& intent);
  void settle_item(const Settlement& settlement);
  void settle_link(const Settlement& settlement);
  void settle_intent(const Intent& intent, const std::optional<Answered>& answered);

  Database& database_;
  Reopener reopener_;
  Shards lanes_ = kAllShards;
  Statement load_, load_lanes_, find_link_;
  Statement begin_creating_;
  Statement add_intent_, send_again_, begin_detaching_;
  Statement keep_item_, end_item_, wait_with_link_, set_link_, set_intent_, end_intent_, end_creating_,
      use_link_;
  Statement lose_account_, find_account_;
};

}  // namespace payferry::ledger
