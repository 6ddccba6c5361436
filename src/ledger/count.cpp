#include "ledger/count.hpp"

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

// A pending item on a lost account is blocked, unless what was sent for it may have been executed.
constexpr const char* kCountItems = R"sql(
  SELECT CASE WHEN i.state = 0 AND a.lost_code <> '' AND (t.id IS NULL OR t.state = 1) THEN 4 ELSE i.state END AS s,
    i.reason, count(*), sum(i.orphans)
  FROM entry e JOIN item i ON i.id = e.item JOIN account a ON a.id = i.account LEFT JOIN intent t ON t.id = i.intent
  WHERE e.input = ? GROUP BY s, i.reason)sql";

void count_items(Database& database, std::int64_t input, Tally& tally) {
  Statement rows(database, kCountItems);
  for (rows.bind(input); rows.next();) {
    const auto state = rows.word(0, State::blocked);
    const std::string reason = rows.text(1);
    const auto count = static_cast<std::uint64_t>(rows.integer(2));
    tally.by_state[static_cast<std::size_t>(state)] += count;
    tally.possible_orphans += static_cast<std::uint64_t>(rows.integer(3));
    if (state == State::failed) tally.failures[reason] += count;
    if (state == State::pending && !reason.empty()) tally.pending_reasons[reason] += count;
  }
}

void count_rejects(Database& database, std::int64_t input, Tally& tally) {
  Statement rows(database, "SELECT code, count(*) FROM reject WHERE input = ? GROUP BY code");
  for (rows.bind(input); rows.next();) {
    const auto count = static_cast<std::uint64_t>(rows.integer(1));
    tally.rejected += count;
    tally.rejections[rows.text(0)] = count;
  }
}

void count_customers(Database& database, std::int64_t input, Tally& tally) {
  Statement rows(database, R"sql(
    SELECT l.origin, count(DISTINCT l.id) FROM entry e JOIN item i ON i.id = e.item JOIN link l ON l.id = i.link
    WHERE e.input = ? AND i.state = 1 GROUP BY l.origin)sql");
  for (rows.bind(input); rows.next();) {
    const auto count = static_cast<std::uint64_t>(rows.integer(1));
    if (static_cast<Origin>(rows.integer(0)) == Origin::created) tally.customers_created += count;
    if (static_cast<Origin>(rows.integer(0)) == Origin::reused) tally.customers_reused += count;
  }
}

}  // namespace

Tally count(Database& database, std::int64_t input) {
  Tally tally;
  count_input(database, input, tally);
  count_items(database, input, tally);
  count_rejects(database, input, tally);
  count_customers(database, input, tally);
  return tally;
}

}  // namespace payferry::ledger
