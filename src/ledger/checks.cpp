#include "ledger/checks.hpp"

#include <algorithm>
#include <vector>

#include "ledger/content.hpp"
#include "ledger/opening.hpp"
#include "ledger/reader.hpp"
#include "ledger/sqlite.hpp"
#include "ledger/stored_checks.hpp"

namespace payferry::ledger {
namespace {

// A list is bound as JSON; a word stands in it where taking it out with its quotes changes the text.

// What was created by an item: the settled intents of its create_customer say so.
constexpr const char* kChosen = R"sql(
  SELECT i.account, l.target_customer, i.id,
    i.is_default, EXISTS(SELECT 1 FROM intent t WHERE t.item = i.id AND t.step = 1 AND t.verdict = 'done')
  FROM entry e JOIN item i ON i.id = e.item JOIN account a ON a.id = i.account LEFT JOIN link l ON l.id = i.link
  WHERE e.input = ?1 AND i.state = 1 AND i.clone_id <> '' AND coalesce(l.target_customer, '') <> ''
    AND (?2 = '[]' OR replace(?2, '"' || a.account || '"', '') <> ?2))sql";

constexpr const char* kUnattached = R"sql(
  SELECT count(*) FROM entry e JOIN item i ON i.id = e.item JOIN account a ON a.id = i.account
    LEFT JOIN link l ON l.id = i.link
  WHERE e.input = ?1 AND i.state = 1 AND coalesce(l.target_customer, '') = ''
    AND (?2 = '[]' OR replace(?2, '"' || a.account || '"', '') <> ?2))sql";

constexpr const char* kClone = R"sql(
  SELECT a.account, i.customer, i.payment_method, i.clone_id, i.type, i.fingerprint, i.last4, i.brand, i.exp_month,
    i.exp_year, coalesce(l.origin, 0)
  FROM item i JOIN account a ON a.id = i.account LEFT JOIN link l ON l.id = i.link WHERE i.id = ?)sql";

// A number that is drawn anew with every seed and is the same again with the same one (splitmix64).
std::uint64_t mixed(std::uint64_t value, std::uint64_t seed) {
  std::uint64_t z = value + seed * 0x9E3779B97F4A7C15U + 0x9E3779B97F4A7C15U;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

class StoredChecks final : public Checks {
 public:
  StoredChecks(Database& ledger, LedgerPlace place, const CheckFilter& filter)
      : ledger_(ledger), place_(std::move(place)), own_("", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) {
    guarded([&] { choose(filter); });
  }

  std::uint64_t unattached() const override { return unattached_; }

  std::vector<CheckedAccount> accounts() override {
    return guarded([&] {
      Statement rows(own_, R"sql(
        SELECT account, count(*), sum(n), sum(n = 1 AND m = 1), sum(n = 1 AND c = 1)
        FROM (SELECT account, count(*) AS n, max(marked) AS m, max(made) AS c FROM work GROUP BY account, target)
        GROUP BY account ORDER BY account)sql");
      std::vector<CheckedAccount> all;
      Statement name(ledger_, "SELECT account FROM account WHERE id = ?");
      for (rows.bind(); rows.next();) {
        CheckedAccount account;
        account.id = rows.integer(0);
        account.customers = count(rows, 1);
        account.clones = count(rows, 2);
        account.single_marked = count(rows, 3);
        account.single_made = count(rows, 4);
        if (name.bind(account.id).next()) account.account = name.text(0);
        name.reset();
        all.push_back(std::move(account));
      }
      return all;
    });
  }

  std::vector<CheckedCustomer> among(std::int64_t account, const std::vector<std::string>& targets) override {
    return guarded([&] {
      std::vector<CheckedCustomer> found;
      for (const std::string& target : targets) {
        CheckedCustomer customer = read(account, target);
        if (!customer.clones.empty()) found.push_back(std::move(customer));
      }
      return found;
    });
  }

  std::vector<CheckedCustomer> next(std::int64_t account, std::size_t limit) override {
    std::vector<std::string> targets;
    guarded([&] {
      Statement rows(own_, "SELECT DISTINCT target FROM work WHERE account = ? ORDER BY target LIMIT ?");
      for (rows.bind(account, static_cast<std::int64_t>(limit)); rows.next();)
        targets.push_back(rows.text(0));
    });
    return among(account, targets);
  }

  std::uint64_t left(std::int64_t account) override {
    return guarded([&] {
      Statement rows(own_, "SELECT count(*) FROM work WHERE account = ?");
      return rows.bind(account).next() ? count(rows, 0) : std::uint64_t{0};
    });
  }

  void drop(std::int64_t account, const std::string& target) override {
    guarded([&] {
      Statement(own_, "DELETE FROM work WHERE account = ? AND target = ?").bind(account, target).exec();
    });
  }

  void drop_account(std::int64_t account) override {
    guarded([&] { Statement(own_, "DELETE FROM work WHERE account = ?").bind(account).exec(); });
  }

  // Without an index of its own: it is asked for strangers only, and they are few.
  std::vector<std::string> clones_among(std::int64_t account, const std::vector<std::string>& ids) override {
    return guarded([&] {
      const std::string list = encode(ids);
      Statement rows(ledger_, R"sql(
        SELECT clone_id FROM item WHERE account = ?1 AND clone_id <> ''
          AND replace(?2, '"' || clone_id || '"', '') <> ?2)sql");
      std::vector<std::string> found;
      for (rows.bind(account, list); rows.next();) found.push_back(rows.text(0));
      return found;
    });
  }

 private:
  struct Row {
    std::int64_t account = 0;
    std::string target;
    std::int64_t item = 0;
    bool marked = false, made = false;
  };

  static std::uint64_t count(const Statement& row, int column) {
    return static_cast<std::uint64_t>(row.integer(column));
  }

  template <class Read>
  auto guarded(Read read) -> decltype(read()) {
    try {
      return read();
    } catch (const DatabaseError& error) {
      throw Unreadable(explain(error, place_).message);
    }
  }

  void choose(const CheckFilter& filter) {
    own_.execute(
        "CREATE TABLE work(account INTEGER NOT NULL, target TEXT NOT NULL, item INTEGER NOT NULL, marked "
        "INTEGER, "
        "made INTEGER, PRIMARY KEY(account, target, item)) WITHOUT ROWID");
    own_.execute("BEGIN");
    const std::string accounts = encode(filter.accounts);
    Statement rows(ledger_, kChosen, Rows::many);
    std::vector<std::pair<std::uint64_t, Row>> sample;  // a heap: the largest in front goes first
    for (rows.bind(filter.input, accounts); rows.next();) {
      Row row{rows.integer(0), rows.text(1), rows.integer(2), rows.integer(3) != 0, rows.integer(4) != 0};
      if (filter.sample == 0)
        keep(row);
      else
        draw(sample, filter, std::move(row));
    }
    for (const auto& [number, row] : sample) keep(row);
    own_.execute("COMMIT");
    Statement others(ledger_, kUnattached);
    if (others.bind(filter.input, accounts).next()) unattached_ = count(others, 0);
  }

  static void draw(std::vector<std::pair<std::uint64_t, Row>>& sample, const CheckFilter& filter, Row row) {
    const auto less = [](const auto& a, const auto& b) { return a.first < b.first; };
    sample.emplace_back(mixed(static_cast<std::uint64_t>(row.item), filter.seed), std::move(row));
    std::push_heap(sample.begin(), sample.end(), less);
    if (sample.size() <= filter.sample) return;
    std::pop_heap(sample.begin(), sample.end(), less);
    sample.pop_back();
  }

  void keep(const Row& row) {
    Statement& insert = insert_ ? *insert_ : insert_.emplace(own_, "INSERT INTO work VALUES(?, ?, ?, ?, ?)");
    insert.bind(row.account, row.target, row.item, row.marked, row.made).exec();
  }

  CheckedCustomer read(std::int64_t account, const std::string& target) {
    CheckedCustomer customer;
    customer.account_id = account;
    customer.target_customer = target;
    Statement rows(own_, "SELECT item, marked, made FROM work WHERE account = ? AND target = ?");
    Statement find(ledger_, kClone);
    for (rows.bind(account, target); rows.next();) {
      if (!find.bind(rows.integer(0)).next()) continue;
      customer.account = find.text(0);
      customer.customer = find.text(1).empty() ? find.text(2) : find.text(1);
      customer.made = find.word(10, Origin::reused) == Origin::created;
      const CloneDetails details{find.text(4),
                                 find.text(5),
                                 find.text(6),
                                 find.text(7),
                                 static_cast<int>(find.integer(8)),
                                 static_cast<int>(find.integer(9))};
      customer.clones.push_back(
          {find.text(2), find.text(3), details, rows.integer(1) != 0, rows.integer(2) != 0});
      find.reset();
    }
    return customer;
  }

  Database& ledger_;
  const LedgerPlace place_;
  SqliteDatabase own_;
  std::optional<Statement> insert_;
  std::uint64_t unattached_ = 0;
};

}  // namespace

std::unique_ptr<Checks> make_checks(Database& ledger, const LedgerPlace& place, const CheckFilter& filter) {
  return std::make_unique<StoredChecks>(ledger, place, filter);
}

}  // namespace payferry::ledger
