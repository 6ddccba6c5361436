#include "ledger/rollback.hpp"

#include "ledger/content.hpp"

namespace payferry::ledger {
namespace {

// A list is bound as JSON; a word stands in it where taking it out with its quotes changes the text.
//
// Entries of the input that the filter names, with what they are.
#define PAYFERRY_CHOSEN                                                                     \
  " FROM entry e JOIN item i ON i.id = e.item JOIN account a ON a.id = i.account"           \
  " LEFT JOIN link l ON l.id = i.link"                                                      \
  " WHERE e.input = ?1 AND (?2 = '[]' OR replace(?2, '\"' || a.account || '\"', '') <> ?2)" \
  " AND (?3 = '[]' OR replace(?3, '\"' || i.type || '\"', '') <> ?3)"                       \
  " AND (?4 = '' OR i.payment_method = ?4 OR i.clone_id = ?4)"
// A clone of ours that hangs on a customer.
#define PAYFERRY_OURS \
  "(i.state = 1 AND i.clone_id <> '' AND i.adopted = 0 AND coalesce(l.target_customer, '') <> '')"

constexpr const char* kAccounts = "SELECT a.account, count(*)" PAYFERRY_CHOSEN " AND " PAYFERRY_OURS
                                  " GROUP BY a.id ORDER BY count(*) DESC, a.account";

constexpr const char* kLeft =
    "SELECT count(*) FILTER (WHERE " PAYFERRY_OURS
    " AND i.customer = ''),"
    " count(*) FILTER (WHERE (i.state = 1 AND i.adopted = 1) OR (i.state = 2 AND i.reason = 'existing')),"
    " count(*) FILTER (WHERE i.state = 1 AND i.adopted = 0 AND coalesce(l.target_customer, '') = ''),"
    " count(*) FILTER (WHERE i.state = 2 AND i.reason = 'rolled_back'),"
    " count(*) FILTER (WHERE i.state IN (0, 3) AND i.clone_id <> ''),"
    " count(DISTINCT i.link) FILTER (WHERE " PAYFERRY_OURS ")" PAYFERRY_CHOSEN;

constexpr const char* kChoose =
    "INSERT INTO taking_back(account, item) SELECT i.account, i.id" PAYFERRY_CHOSEN " AND " PAYFERRY_OURS;

#undef PAYFERRY_CHOSEN
#undef PAYFERRY_OURS

// A filter as its statements want it. Lives as long as they are read.
struct Filtered {
  explicit Filtered(const RollbackFilter& from)
      : filter(from), accounts(encode(from.accounts)), types(encode(from.types)) {}
  Statement& to(Statement& statement) const {
    return statement.bind(filter.input, accounts, types, filter.payment_method);
  }
  const RollbackFilter& filter;
  std::string accounts, types;
};

std::uint64_t number(const Statement& row, int column) {
  return static_cast<std::uint64_t>(row.integer(column));
}

}  // namespace

RollbackPlan plan_rollback(Database& database, const RollbackFilter& filter) {
  const Filtered bound(filter);
  RollbackPlan plan;
  Statement accounts(database, kAccounts);
  for (bound.to(accounts); accounts.next();) {
    plan.accounts.emplace_back(accounts.text(0), number(accounts, 1));
    plan.attached += plan.accounts.back().second;
  }
  Statement left(database, kLeft);
  if (!bound.to(left).next()) return plan;
  plan.used_up = number(left, 0);
  plan.existing = number(left, 1);
  plan.unattached = number(left, 2);
  plan.rolled_back = number(left, 3);
  plan.unfinished = number(left, 4);
  plan.customers = number(left, 5);
  return plan;
}

std::vector<AccountState> begin_rollback(Database& database, const RollbackFilter& filter) {
  database.define("DROP TABLE IF EXISTS temp.taking_back");
  database.define(
      "CREATE TEMP TABLE taking_back(account INTEGER NOT NULL, item INTEGER NOT NULL, PRIMARY KEY(account, "
      "item)) WITHOUT ROWID");
  const Filtered bound(filter);
  Statement choose(database, kChoose);
  bound.to(choose).exec();
  Statement all(database, R"sql(
    SELECT id, account, lost_code <> '', EXISTS(SELECT 1 FROM taking_back b WHERE b.account = account.id)
    FROM account)sql");
  std::vector<AccountState> accounts;
  for (all.bind(); all.next();)
    accounts.push_back({all.integer(0), all.text(1), all.integer(2) != 0, all.integer(3) != 0});
  return accounts;
}

RollbackTally tally_rollback(Database& database) {
  Statement rows(database, R"sql(
    SELECT count(*) FILTER (WHERE i.state = 2 AND i.reason = 'rolled_back'),
      count(*) FILTER (WHERE i.state = 1),
      count(*) FILTER (WHERE i.state = 1 AND a.lost_code <> '' AND (t.id IS NULL OR t.state = 1)),
      count(*) FILTER (WHERE i.state = 3)
    FROM taking_back b JOIN item i ON i.id = b.item JOIN account a ON a.id = i.account
      LEFT JOIN intent t ON t.item = i.id AND t.state <> 3)sql");
  RollbackTally tally;
  if (!rows.bind().next()) return tally;
  tally.rolled_back = number(rows, 0);
  tally.attached = number(rows, 1);
  tally.on_lost_accounts = number(rows, 2);
  tally.elsewhere = number(rows, 3);
  return tally;
}

}  // namespace payferry::ledger
