#pragma once

#include <string>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/draft.hpp"
#include "ledger/ledger.hpp"
#include "ledger/reopen.hpp"
#include "ledger/work_rows.hpp"

namespace payferry::ledger {

// The life of items after their admission: what is open, intents, outcomes.
class WorkStore {
 public:
  // With a draft, where the ledger has one writer, outcomes and new requests go there, and not into the
  // tables.
  WorkStore(Database& database, Draft* draft);

  // From now on only these lanes are loaded.
  void serve(Shards lanes) { lanes_ = lanes; }
  std::vector<AccountState> accounts();
  std::vector<Work> load(std::int64_t account_id, std::int64_t after, std::size_t limit);
  // Of what begin_rollback() chose: what still is attached.
  std::vector<Work> load_attached(std::int64_t account_id, std::int64_t after, std::size_t limit);
  // These two take what they are given into the draft, where there is one.
  std::int64_t intend(Intent& intent, const std::optional<Link>& link);
  Link reload_link(std::int64_t id);
  SentBetween lost_creations(std::int64_t account_id);
  void settle(Settlement& settlement, std::int64_t now_ms);
  void block_account(std::int64_t account_id, const std::string& code, const std::string& message,
                     std::int64_t now_ms);
  std::int64_t retry(const RetryFilter& filter);
  std::int64_t put_back(const std::vector<std::int64_t>& items);

 private:
  std::vector<Work> read(std::int64_t account_id, std::int64_t after, std::size_t limit);
  void settle_in_tables(const Settlement& settlement);

  Database& database_;
  Draft* draft_;  // null: there is none
  Reopener reopener_;
  WorkRows rows_;
  Shards lanes_ = kAllShards;
  Statement load_, load_lanes_, find_link_;
  Statement lose_account_, find_account_;
};

}  // namespace payferry::ledger
