#include "ledger/counterparts.hpp"

namespace payferry::ledger {
namespace {

constexpr int kReused = static_cast<int>(Origin::reused);
constexpr std::size_t kExamples = 5;

// Stripe's side has moved on since: what an earlier run saw there is no evidence any more.
Database& with_nothing_seen(Database& database) {
  database.make_private("sighting");
  return database;
}

std::string meta_key(const std::string& job) {
  return "customers_file " + job;
}

}  // namespace

Identity link_identity(const Owner& owner, const std::string& account, const std::string& customer) {
  return identity_of({"link", owner.platform, to_string(owner.mode), account, customer});
}

CounterpartStore::CounterpartStore(Database& database, Owner owner)
    : database_(with_nothing_seen(database)),
      owner_(std::move(owner)),
      find_account_(database, "SELECT id FROM account WHERE account = ?"),
      add_account_(database, "INSERT INTO account(account) VALUES(?)"),
      name_account_(database, "SELECT account FROM account WHERE id = ?"),
      find_link_(database, "SELECT target_customer, creating FROM link WHERE identity = ?"),
      add_link_(
          database,
          "INSERT INTO link(identity, account, customer, target_customer, origin) VALUES(?, ?, ?, ?, ?)"),
      fill_link_(database, R"sql(
        UPDATE link SET target_customer = ?, origin = ?
        WHERE identity = ? AND target_customer = '' AND creating = 0)sql"),
      link_by_target_(database,
                      "SELECT 1 FROM link WHERE account = ? AND target_customer = ? AND origin = 2 LIMIT 1"),
      add_seen_(database, R"sql(
        INSERT INTO sighting(account, customer, target_customer, created) VALUES(?, ?, ?, ?)
        ON CONFLICT(account, customer) DO UPDATE SET
          count = sighting.count
            + CASE WHEN excluded.target_customer <> sighting.target_customer THEN 1 ELSE 0 END,
          target_customer = CASE WHEN excluded.created <= sighting.created THEN excluded.target_customer
                                 ELSE sighting.target_customer END,
          created = CASE WHEN excluded.created <= sighting.created THEN excluded.created
                         ELSE sighting.created END)sql"),
      find_seen_(database, "SELECT target_customer FROM sighting WHERE account = ? AND customer = ?"),
      next_seen_(database, R"sql(
        SELECT customer, target_customer, count FROM sighting WHERE account = ? AND customer > ?
        ORDER BY customer LIMIT ?)sql") {}

std::int64_t CounterpartStore::account_of(const std::string& account) {
  std::int64_t& id = account_ids_[account];
  if (id != 0) return id;
  find_account_.bind(account);
  if (find_account_.next()) {
    id = find_account_.integer(0);
    find_account_.reset();
  } else {
    id = add_account_.bind(account).insert();
  }
  return id;
}

Given CounterpartStore::give_targets(const std::vector<Counterpart>& counterparts) {
  Given counts;
  for (const Counterpart& counterpart : counterparts) {
    const Taking taking = give_target(counterpart);
    counts.given += taking == Taking::given;
    if (taking != Taking::contradicts) continue;
    ++counts.contradicting;
    if (counts.examples.size() < kExamples) counts.examples.push_back(counterpart);
  }
  return counts;
}

CounterpartStore::Taking CounterpartStore::give_target(const Counterpart& counterpart) {
  const std::int64_t account = account_of(counterpart.account);
  const Identity identity = link_identity(owner_, counterpart.account, counterpart.customer);
  find_link_.bind(identity);
  if (!find_link_.next()) {
    add_link_.bind(identity, account, counterpart.customer, counterpart.target_customer, kReused).exec();
    return Taking::given;
  }
  const std::string target = find_link_.text(0);
  const bool creating = find_link_.integer(1) != 0;
  find_link_.reset();
  if (target == counterpart.target_customer) return Taking::known;
  if (!target.empty() || creating) return Taking::contradicts;
  fill_link_.bind(counterpart.target_customer, kReused, identity).exec();
  return Taking::given;
}

std::string customers_file_of(Database& database, const std::string& job) {
  Statement find(database, "SELECT value FROM meta WHERE key = ?");
  const std::string key = meta_key(job);
  return find.bind(key).next() ? find.text(0) : "";
}

void CounterpartStore::note_customers_file(const std::string& job, const std::string& identity) {
  const std::string key = meta_key(job);
  Statement(database_, R"sql(
    INSERT INTO meta(key, value) VALUES(?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value)sql")
      .bind(key, identity)
      .exec();
}

AccountFacts CounterpartStore::facts(std::int64_t account_id) {
  Statement row(database_, R"sql(
    SELECT looked, lost_code, EXISTS(SELECT 1 FROM link WHERE link.account = account.id AND origin = 2)
    FROM account WHERE id = ?)sql");
  AccountFacts facts;
  if (!row.bind(account_id).next()) return facts;
  facts.looked = static_cast<Looked>(row.integer(0));
  facts.blocked_for = row.text(1);
  facts.has_given = row.integer(2) != 0;
  return facts;
}

bool CounterpartStore::names_any(std::int64_t account_id, const std::vector<std::string>& target_customers) {
  for (const std::string& target : target_customers) {
    link_by_target_.bind(account_id, target);
    const bool named = link_by_target_.next();
    link_by_target_.reset();
    if (named) return true;
  }
  return false;
}

void CounterpartStore::note_seen(std::int64_t account_id, const std::vector<SeenCustomer>& seen) {
  for (const SeenCustomer& one : seen)
    add_seen_.bind(account_id, one.customer, one.target_customer, one.created).exec();
}

LinkedSeen CounterpartStore::link_seen(std::int64_t account_id, const std::string& after, std::size_t limit) {
  all_seen_.insert(account_id);
  name_account_.bind(account_id);
  const std::string account = name_account_.next() ? name_account_.text(0) : "";
  name_account_.reset();
  LinkedSeen linked;
  std::size_t seen = 0;
  for (next_seen_.bind(account_id, after, static_cast<std::uint64_t>(limit)); next_seen_.next(); ++seen) {
    linked.last = next_seen_.text(0);
    const std::string target = next_seen_.text(1);
    const Identity identity = link_identity(owner_, account, linked.last);
    fill_link_.bind(target, kReused, identity).exec();
    if (database_.changes() == 0) continue;
    ++linked.links;
    const auto count = static_cast<int>(next_seen_.integer(2));
    if (count > 1) linked.several.push_back({linked.last, target, count});
  }
  linked.more = seen == limit;
  return linked;
}

std::string CounterpartStore::seen_for(std::int64_t account_id, const std::string& customer) {
  if (!all_seen_.contains(account_id)) return "";
  find_seen_.bind(account_id, customer);
  const std::string target = find_seen_.next() ? find_seen_.text(0) : "";
  find_seen_.reset();
  return target;
}

void CounterpartStore::note_looked(std::int64_t account_id, Looked looked) {
  Statement(database_, "UPDATE account SET looked = ? WHERE id = ?")
      .bind(static_cast<int>(looked), account_id)
      .exec();
}

std::vector<std::string> CounterpartStore::clones_among(std::int64_t account_id,
                                                        const std::vector<std::string>& ids,
                                                        std::int64_t except_item) {
  // Only whoever asks pays for the index.
  database_.make_index("item_clone", "item(clone_id) WHERE clone_id <> ''");
  Statement find(database_, R"sql(
    SELECT 1 FROM item WHERE clone_id = ? AND clone_id <> '' AND account = ? AND id <> ? LIMIT 1)sql");
  std::vector<std::string> found;
  for (const std::string& id : ids) {
    find.bind(id, account_id, except_item);
    if (find.next()) found.push_back(id);
    find.reset();
  }
  return found;
}

}  // namespace payferry::ledger
