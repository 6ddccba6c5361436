#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>

#include "pipeline/lane.hpp"
#include "pipeline/move.hpp"

namespace payferry::pipeline {

// Which items of which accounts are in memory: a bounded window over what is open in the ledger, shared
// fairly among the accounts. Pure bookkeeping; the feeder loads and the lanes move.
class Window {
 public:
  struct Account {
    std::int64_t id = 0;
    std::string name;
    AccountPlace place;
    std::int64_t after = 0;     // items up to this id have been loaded in this run
    std::int64_t furthest = 0;  // the highest id that was ever loaded
    std::size_t in_memory = 0;
    std::size_t left = 0;     // loaded since `after` was last set back, and left to their lanes
    bool more = false;        // there may be open items above `after`
    bool queued = false;      // stands in the ring
    bool skipped = false;     // nothing of it is to be in memory
    std::uint64_t skips = 0;  // how often it began to be skipped
    bool told = false;        // that it is done
    bool rewound = false;     // `after` was set back while a load was under way
  };

  explicit Window(std::size_t capacity) : capacity_(capacity) {}

  // True if it may hold more than before. Holding more than it may, it takes none in until it does not.
  bool resize(std::size_t capacity);

  // Tells that the account has open items from this id on; makes the account known.
  Account& open(std::int64_t id, const std::string& name, bool lost, std::int64_t first_item);
  // The account whose turn it is to be loaded from, with room for it; null: none now.
  Account* next_to_load();
  std::size_t room_for(Account& account) const;
  // What was loaded. `exhausted`: nothing above it was open.
  void loaded(Account& account, std::int64_t last, bool exhausted);
  // False where the item is in memory already, or its lane is parked for this run.
  bool admit(Account& account, const ledger::Work& work, const std::string& lane);
  bool holds(std::int64_t item) const { return active_.contains(item); }
  // The item's lane has enough; whoever empties it opens the account again from there.
  void leave(Account& account) { ++account.left; }
  void ended(Account& account, std::int64_t item);
  void park(const std::string& lane) { parked_.insert(lane); }
  // Everything of the account that may be moved has been.
  static bool is_done(const Account& account) {
    return !account.place.closed && !account.more && account.in_memory == 0;
  }
  void close(Account& account) { account.place.closed = true; }

  // The account's items are left, or taken again, from its first open one on.
  void skip(Account& account);
  void take_again(Account& account);

  bool anything_to_load() const { return !ring_.empty() || !full_.empty(); }
  std::size_t in_memory() const { return in_memory_; }
  std::unordered_map<std::int64_t, Account>& accounts() { return accounts_; }

 private:
  // Beyond so many left ones nothing more is looked for until a lane is empty: what lies between is read
  // again then.
  static constexpr std::size_t kMostLeft = 1024;

  void enqueue(Account& account);

  std::size_t capacity_;
  std::size_t in_memory_ = 0;
  std::unordered_map<std::int64_t, Account> accounts_;
  std::deque<Account*> ring_;                // accounts to load from, in turn
  std::unordered_set<Account*> full_;        // accounts to load from that have their share in memory
  std::unordered_set<std::int64_t> active_;  // items in memory
  std::unordered_set<std::string> parked_;   // lanes that wait for another run
};

}  // namespace payferry::pipeline
