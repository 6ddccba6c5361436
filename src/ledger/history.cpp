#include "ledger/history.hpp"

#include <algorithm>
#include <unordered_set>

#include "ledger/runs.hpp"

namespace payferry::ledger {
namespace {

std::int64_t number(Database& database, const char* query, std::int64_t bound) {
  Statement find(database, query);
  return find.bind(bound).next() ? find.integer(0) : 0;
}

// Requests are numbered in the order of their first sending, and there is no index of times: bisected. Gaps
// in the numbers do no harm, for the next one there is looked at.
std::int64_t first_since(Database& database, std::int64_t moment_ms) {
  Statement at(database, "SELECT id, first_wall_ms FROM intent WHERE id >= ? ORDER BY id LIMIT 1");
  std::int64_t low = 0;
  std::int64_t high = number(database, "SELECT max(id) + 1 FROM intent WHERE id > ?", 0);
  while (low < high) {
    const std::int64_t middle = low + (high - low) / 2;
    at.bind(middle);
    const bool before = at.next() && at.integer(1) < moment_ms;
    const std::int64_t found = before ? at.integer(0) : 0;
    at.reset();
    if (before)
      low = std::min(std::max(middle, found), high - 1) + 1;
    else
      high = middle;
  }
  return low;
}

}  // namespace

void for_each_answer(Database& database, std::int64_t input,
                     const std::function<void(const PastAnswer&)>& take) {
  const std::int64_t began = number(database, "SELECT started_ms FROM input WHERE id = ?", input);
  Statement rows(database, R"sql(
    SELECT step, sends, CASE WHEN state = 3 AND status <> 0 THEN answered_ms ELSE 0 END, verdict = 'done', latency_ms
    FROM intent t WHERE id >= ?1 AND EXISTS(SELECT 1 FROM entry e WHERE e.input = ?2 AND e.item = t.item)
    ORDER BY id)sql",
                 Rows::many);
  for (rows.bind(first_since(database, began), input); rows.next();)
    take({rows.word(0, kSteps.back()), static_cast<int>(rows.integer(1)), rows.integer(2),
          rows.integer(3) != 0, static_cast<int>(rows.integer(4))});
}

void for_each_entry(Database& database, std::int64_t input,
                    const std::function<void(const EntryEnd&)>& take) {
  std::unordered_set<std::int64_t> lost;
  for (const AccountName& account : account_names(database))
    if (!account.lost_code.empty()) lost.insert(account.id);
  Statement unsent(database, "SELECT state = 1 FROM intent WHERE item = ? AND state <> 3");
  Statement rows(database, R"sql(
    SELECT i.account, i.state, i.step, i.reason, CASE i.state WHEN 3 THEN i.request_id ELSE '' END,
      i.type = 'us_bank_account', i.id
    FROM entry e CROSS JOIN item i WHERE i.id = e.item AND e.input = ?)sql",
                 Rows::many);
  for (rows.bind(input); rows.next();) {
    EntryEnd end{rows.integer(0), rows.word(1, State::blocked), rows.word(2, kSteps.back()), rows.text(3),
                 rows.text(4),    rows.integer(5) != 0};
    if (end.state == State::pending && lost.contains(end.account)) {
      unsent.bind(rows.integer(6));
      if (!unsent.next() || unsent.integer(0) != 0) end.state = State::blocked;
      unsent.reset();
    }
    take(end);
  }
}

std::vector<AccountName> account_names(Database& database) {
  Statement rows(database, "SELECT id, account, lost_code FROM account ORDER BY id");
  std::vector<AccountName> names;
  for (rows.bind(); rows.next();) names.push_back({rows.integer(0), rows.text(1), rows.text(2)});
  return names;
}

void for_each_run(Database& database, const std::string& job, std::int64_t input,
                  const std::function<void(const RunRecord&)>& take) {
  Statement rows(database, R"sql(
    SELECT id, input, started_ms, ended_ms, pid, exit_code, outcome, reason, summary FROM run
    WHERE job = ? AND input = ? ORDER BY id)sql");
  for (rows.bind(job, input); rows.next();) take(run_from(rows, job));
}

}  // namespace payferry::ledger
