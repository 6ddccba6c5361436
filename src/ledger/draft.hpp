#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/journal.hpp"
#include "ledger/work_rows.hpp"

namespace payferry::ledger {

// What became of items lately, durable in the journal and not yet in the tables. An item's row, its link's
// and its requests' are written once for all that happened to them meanwhile, where they were written two to
// four times, and many of them together, where each commit touched twenty pages.
//
// For a ledger with one writer: whoever else reads the tables does not see it. In a transaction, on the
// ledger's thread. Errors: DatabaseError.
class Draft {
 public:
  explicit Draft(Database& database);

  // Takes up what a writer that was ended left in the journal: to be flushed before anything else.
  void begin();

  // A new request: the id that it has got. 0: its link has a customer by now, or is getting one.
  std::int64_t intend(Intent&& intent, const Link* creates_for);
  // All but `account_lost`.
  void settle(Settlement&& settlement);

  // Whether anything in it is about this item: the tables do not have it as it is.
  bool knows(std::int64_t item) const { return known_.contains(item); }
  // The link as it is now, with what is in here.
  void correct(Link& link) const;

  // At the end of a transaction that put something in.
  void keep();
  // Into the tables with all of it.
  void flush();
  // When flush() has to be called at the latest; nothing while there is nothing in it.
  std::optional<std::chrono::steady_clock::time_point> due() const { return due_; }
  bool is_large() const { return items_.size() >= kMostItems; }

 private:
  static constexpr std::size_t kMostItems = 1024;
  static constexpr std::chrono::milliseconds kLongest{500};

  struct Asked {
    Intent intent;
    std::optional<Answered> answered;
  };
  struct LinkDraft {
    std::optional<Link> link;
    bool creating = false;  // a request for a customer is under way
    bool ended = false;     // one was under way and was answered
    bool used = false;      // an item of it has succeeded
  };

  void note(std::int64_t item);
  bool may_create(const Link& link, int generation);
  void add(Asking&& asking);
  void add(Settlement&& settlement);
  void add_link(Settlement& settlement);

  std::unordered_map<std::int64_t, Item> items_;
  std::vector<Asked> new_;                           // requests; ids count from first_
  std::unordered_map<std::int64_t, Asked> earlier_;  // requests that the tables have: what became of them
  std::unordered_map<std::int64_t, LinkDraft> links_;
  std::int64_t first_ = 1;
  std::unordered_set<std::int64_t> known_;  // items
  std::string journal_;                     // of this transaction
  bool journaled_ = false;                  // the journal has rows
  std::optional<std::chrono::steady_clock::time_point> due_;

  WorkRows rows_;
  Statement find_link_, last_intent_;
  Statement add_row_, rows_of_journal_, end_rows_;
};

// Puts into the tables what a run that was ended had only in the journal. Not while another one writes.
void take_up_journal(Database& database);

}  // namespace payferry::ledger
