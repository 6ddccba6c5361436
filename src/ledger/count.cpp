#include "ledger/count.hpp"

#include <algorithm>
#include <unordered_set>
#include <vector>

namespace payferry::ledger {
namespace {

void count_input(Database& database, std::int64_t input, Tally& tally) {
  Statement row(database,
                "SELECT lines, read, complete, duplicate, amended, differing FROM input WHERE id = ?");
  row.bind(input);
  if (!row.next()) return;
  tally.lines = static_cast<std::uint64_t>(row.integer(0));
  tally.read = static_cast<std::uint64_t>(row.integer(1));
  tally.complete = row.integer(2) != 0;
  tally.duplicate = static_cast<std::uint64_t>(row.integer(3));
  tally.amended = static_cast<std::uint64_t>(row.integer(4));
  tally.differing = static_cast<std::uint64_t>(row.integer(5));
}

// Every entry of the input with what its place depends on. Grouping and telling customers apart is done here:
// SQLite would sort ten million rows for it, in memory.
constexpr const char* kEntries = R"sql(
  SELECT i.state, i.account, i.id, i.link, i.orphans, i.reason, i.step
  FROM entry e CROSS JOIN item i WHERE i.id = e.item AND e.input = ?)sql";

// Which of the ids up to a largest one: a bit each. Others, as a damaged file may hold, are ignored.
class IdSet {
 public:
  explicit IdSet(std::int64_t largest)
      : bits_(static_cast<std::size_t>(std::max<std::int64_t>(largest, 0)) + 1) {}
  void add(std::int64_t id) {
    if (is_known(id)) bits_[static_cast<std::size_t>(id)] = true;
  }
  bool contains(std::int64_t id) const { return is_known(id) && bits_[static_cast<std::size_t>(id)]; }

 private:
  bool is_known(std::int64_t id) const { return id >= 0 && static_cast<std::size_t>(id) < bits_.size(); }
  std::vector<bool> bits_;
};

std::int64_t largest_link(Database& database) {
  Statement largest(database, "SELECT max(id) FROM link");
  return largest.bind().next() ? largest.integer(0) : 0;
}

class EntryCount {
 public:
  explicit EntryCount(Database& database)
      : database_(database),
        open_request_(database, "SELECT state = 1 FROM intent WHERE item = ? AND state <> 3"),
        served_(largest_link(database)) {
    Statement lost(database, "SELECT id FROM account WHERE lost_code <> ''");
    for (lost.bind(); lost.next();) lost_.insert(lost.integer(0));
  }

  void count(std::int64_t input, Tally& tally) {
    Statement rows(database_, kEntries, Rows::many);
    for (rows.bind(input); rows.next();) add(rows, tally);
    if (tally.count(State::succeeded) > 0) count_customers(tally);
  }

 private:
  void add(const Statement& row, Tally& tally) {
    State state = row.word(0, State::blocked);
    if (state == State::pending && is_blocked(row.integer(1), row.integer(2))) state = State::blocked;
    ++tally.by_state[static_cast<std::size_t>(state)];
    tally.possible_orphans += static_cast<std::uint64_t>(row.integer(4));
    if (state == State::succeeded) served_.add(row.integer(3));
    const bool detaching = state == State::succeeded && row.integer(6) == static_cast<int>(Step::detach);
    if (detaching && request_of(row.integer(2)) != Request::none) ++tally.taking_back;
    if (state == State::skipped && row.text(5) == "rolled_back") ++tally.rolled_back;
    if (state == State::failed) ++tally.failures[row.text(5)];
    if (state != State::pending) return;
    if (std::string reason = row.text(5); !reason.empty()) ++tally.pending_reasons[std::move(reason)];
  }

  // A pending item on a lost account is blocked, unless what was sent for it may have been executed.
  bool is_blocked(std::int64_t account, std::int64_t item) {
    return lost_.contains(account) && request_of(item) != Request::maybe_sent;
  }

  enum class Request { none, unsent, maybe_sent };
  // What is open for the item.
  Request request_of(std::int64_t item) {
    open_request_.bind(item);
    if (!open_request_.next()) return Request::none;
    const bool unsent = open_request_.integer(0) != 0;
    open_request_.reset();
    return unsent ? Request::unsent : Request::maybe_sent;
  }

  void count_customers(Tally& tally) {
    Statement links(database_, "SELECT id, origin FROM link", Rows::many);
    for (links.bind(); links.next();) {
      if (!served_.contains(links.integer(0))) continue;
      const auto origin = static_cast<Origin>(links.integer(1));
      if (origin == Origin::created) ++tally.customers_created;
      if (origin == Origin::reused) ++tally.customers_reused;
    }
  }

  Database& database_;
  Statement open_request_;
  std::unordered_set<std::int64_t> lost_;
  IdSet served_;  // links with an item that succeeded
};

void count_rejects(Database& database, std::int64_t input, Tally& tally) {
  Statement rows(database, "SELECT code, count(*) FROM reject WHERE input = ? GROUP BY code");
  for (rows.bind(input); rows.next();) {
    const auto count = static_cast<std::uint64_t>(rows.integer(1));
    tally.rejected += count;
    tally.rejections[rows.text(0)] = count;
  }
}

}  // namespace

Tally count(Database& database, std::int64_t input) {
  Tally tally;
  count_input(database, input, tally);
  EntryCount(database).count(input, tally);
  count_rejects(database, input, tally);
  return tally;
}

}  // namespace payferry::ledger
