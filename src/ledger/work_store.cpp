#include "ledger/work_store.hpp"

#include <algorithm>
#include <utility>

#include "ledger/content.hpp"
#include "ledger/renew.hpp"

namespace payferry::ledger {
namespace {

// Item, link (24…) and intent (31…) of an item, in one row.
#define PAYFERRY_WORK                                                                                       \
  "SELECT i.id, i.account, i.link, a.account, i.customer, i.payment_method, i.step, i.reason, i.clone_id, " \
  "i.type, "                                                                                                \
  "i.fingerprint, i.last4, i.brand, i.exp_month, i.exp_year, i.clone_generation, i.attach_generation, "     \
  "i.default_generation, i.replacements, i.orphans, i.content, i.with_link, i.message, i.request_id, "      \
  "l.id, l.customer, l.target_customer, l.origin, l.generation, l.refused_code, l.refused_message, "        \
  "t.id, t.step, t.generation, t.state, t.path, t.key, t.body, t.api_version, t.key_digest, "               \
  "t.first_wall_ms, "                                                                                       \
  "t.first_boot_ms, t.last_wall_ms, t.last_boot_ms, t.boot_id, t.attempts, t.sends, l.refused_request_id, " \
  "l.creating, "                                                                                            \
  "i.adopted, i.detach_generation, i.is_default, i.state "                                                  \
  "FROM item i JOIN account a ON a.id = i.account LEFT JOIN link l ON l.id = i.link "                       \
  "LEFT JOIN intent t ON t.item = i.id AND t.state <> 3 "

constexpr const char* kLoad =
    PAYFERRY_WORK " WHERE i.account = ? AND i.state = 0 AND i.id > ? ORDER BY i.id LIMIT ?";

// shard_of() in SQL.
constexpr const char* kLoadLanes = PAYFERRY_WORK
    " WHERE i.account = ?1 AND i.state = 0 AND i.id > ?2 AND"
    " (?4 >> CAST((CASE WHEN i.link = 0 THEN i.id ELSE i.link END) % 60 AS integer)) & 1 = 1"
    " ORDER BY i.id LIMIT ?3";
static_assert(kShardCount == 60);

constexpr const char* kLoadAttached = PAYFERRY_WORK
    " JOIN taking_back b ON b.item = i.id WHERE b.account = ? AND i.state = 1 AND b.item > ? ORDER BY b.item"
    " LIMIT ?";

#undef PAYFERRY_WORK

void read_item(const Statement& row, Item& item) {
  item.id = row.integer(0);
  item.account_id = row.integer(1);
  item.link_id = row.integer(2);
  item.account = row.text(3);
  item.customer = row.text(4);
  item.payment_method = row.text(5);
  item.step = row.word(6, Step::detach);
  item.reason = row.text(7);
  item.clone_id = row.text(8);
  item.details = {row.text(9),
                  row.text(10),
                  row.text(11),
                  row.text(12),
                  static_cast<int>(row.integer(13)),
                  static_cast<int>(row.integer(14))};
  item.clone_generation = static_cast<int>(row.integer(15));
  item.attach_generation = static_cast<int>(row.integer(16));
  item.default_generation = static_cast<int>(row.integer(17));
  item.clone_replacements = static_cast<int>(row.integer(18));
  item.orphans = static_cast<int>(row.integer(19));
  item.content = decode_content(row.text(20));
  item.failed_with_link = row.integer(21) != 0;
  item.message = row.text(22);
  item.request_id = row.text(23);
  item.adopted = row.integer(49) != 0;
  item.detach_generation = static_cast<int>(row.integer(50));
  // What a line says goes when its item is done; this is needed again when it is moved again.
  item.content.is_default = row.integer(51) != 0;
  item.state = row.word(52, State::failed);
}

Link link_from(const Statement& row, int at, std::int64_t account_id, int request_id_at) {
  Link link;
  link.id = row.integer(at);
  link.account_id = account_id;
  link.customer = row.text(at + 1);
  link.target_customer = row.text(at + 2);
  link.origin = row.word(at + 3, Origin::reused);
  link.generation = static_cast<int>(row.integer(at + 4));
  link.refused_code = row.text(at + 5);
  link.refused_message = row.text(at + 6);
  link.refused_request_id = row.text(request_id_at);
  link.creating = row.integer(request_id_at + 1) != 0;
  return link;
}

Intent intent_from(const Statement& row, int at, std::int64_t item) {
  Intent intent;
  intent.id = row.integer(at);
  intent.item_id = item;
  intent.step = row.word(at + 1, Step::detach);
  intent.generation = static_cast<int>(row.integer(at + 2));
  intent.state = row.word(at + 3, IntentState::settled);
  intent.path = row.text(at + 4);
  intent.idempotency_key = row.text(at + 5);
  intent.body = row.text(at + 6);
  intent.api_version = row.text(at + 7);
  intent.key_digest = row.text(at + 8);
  intent.first_sent = {row.integer(at + 9), row.integer(at + 10), row.text(at + 13)};
  intent.last_sent = {row.integer(at + 11), row.integer(at + 12), row.text(at + 13)};
  intent.attempts = static_cast<int>(row.integer(at + 14));
  intent.sends = static_cast<int>(row.integer(at + 15));
  return intent;
}

// In its place: a whole item is large, and moving it is not for nothing.
Work& add_work(std::vector<Work>& found, const Statement& row, std::int64_t account_id) {
  Work& work = found.emplace_back();
  read_item(row, work.item);
  if (row.integer(24) != 0) work.link = link_from(row, 24, account_id, 47);
  if (row.integer(31) == 0) return work;
  work.intent = intent_from(row, 31, work.item.id);
  // Only an outcome is written into the item's row.
  work.item.step = work.intent->step;
  return work;
}

}  // namespace

WorkStore::WorkStore(Database& database, Draft* draft)
    : database_(database),
      draft_(draft),
      reopener_(database),
      rows_(database),
      load_(database, kLoad),
      load_lanes_(database, kLoadLanes),
      find_link_(database, R"sql(
        SELECT id, customer, target_customer, origin, generation, refused_code, refused_message,
          refused_request_id, creating, account FROM link WHERE id = ?)sql"),
      lose_account_(database, "UPDATE account SET lost_code = ?, lost_message = ?, lost_ms = ? WHERE id = ?"),
      find_account_(database, "SELECT id FROM account WHERE account = ?") {}

std::vector<AccountState> WorkStore::accounts() {
  Statement all(database_, R"sql(
    SELECT id, account, lost_code <> '',
      EXISTS(SELECT 1 FROM item WHERE item.account = account.id AND item.state = 0) FROM account)sql");
  std::vector<AccountState> accounts;
  for (all.bind(); all.next();)
    accounts.push_back({all.integer(0), all.text(1), all.integer(2) != 0, all.integer(3) != 0});
  return accounts;
}

std::vector<Work> WorkStore::load(std::int64_t account_id, std::int64_t after, std::size_t limit) {
  std::vector<Work> found = read(account_id, after, limit);
  const auto drafted = [this](const Work& work) { return draft_->knows(work.item.id); };
  if (draft_ && std::any_of(found.begin(), found.end(), drafted)) {
    // Whoever sets an account back meets what was moved lately.
    draft_->flush();
    found = read(account_id, after, limit);
  }
  if (draft_)
    for (Work& work : found)
      if (work.link) draft_->correct(*work.link);
  return found;
}

std::vector<Work> WorkStore::read(std::int64_t account_id, std::int64_t after, std::size_t limit) {
  std::vector<Work> found;
  Statement& load = lanes_ == kAllShards ? load_ : load_lanes_;
  if (lanes_ == kAllShards)
    load.bind(account_id, after, static_cast<std::uint64_t>(limit));
  else
    load.bind(account_id, after, static_cast<std::uint64_t>(limit), lanes_);
  found.reserve(limit);
  while (load.next()) add_work(found, load, account_id);
  return found;
}

std::vector<Work> WorkStore::load_attached(std::int64_t account_id, std::int64_t after, std::size_t limit) {
  // Not prepared before: it reads the table that begin_rollback() makes.
  Statement attached(database_, kLoadAttached);
  std::vector<Work> found;
  for (attached.bind(account_id, after, static_cast<std::uint64_t>(limit)); attached.next();) {
    add_work(found, attached, account_id).item.detaching = true;
  }
  return found;
}

std::int64_t WorkStore::intend(Intent& intent, const std::optional<Link>& link) {
  const bool creates = intent.step == Step::create_customer && link;
  if (draft_ && (intent.id != 0 || intent.step == Step::detach)) draft_->flush();
  if (intent.id != 0) {
    rows_.send_again(intent);
    return intent.id;
  }
  if (intent.step == Step::detach) rows_.begin_detaching(intent.item_id);
  if (draft_) return draft_->intend(std::move(intent), creates ? &*link : nullptr);
  if (creates && !rows_.begin_creating(link->id, intent.generation)) return 0;
  return rows_.add(intent);
}

Link WorkStore::reload_link(std::int64_t id) {
  find_link_.bind(id);
  Link link;
  if (find_link_.next()) {
    link = link_from(find_link_, 0, find_link_.integer(9), 7);
    find_link_.reset();
  }
  return link;
}

SentBetween WorkStore::lost_creations(std::int64_t account_id) {
  Statement sent(database_, R"sql(
    SELECT coalesce(min(t.first_wall_ms), 0), coalesce(max(t.last_wall_ms), 0)
    FROM item i JOIN intent t ON t.item = i.id
    WHERE i.account = ? AND i.state = 0 AND t.step = 1 AND t.state IN (0, 2))sql");
  if (!sent.bind(account_id).next()) return {};
  return {sent.integer(0), sent.integer(1)};
}

void WorkStore::settle(Settlement& settlement, std::int64_t now_ms) {
  if (settlement.account_lost) {
    const std::string message = settlement.answered ? settlement.answered->message : "";
    block_account(settlement.item.account_id, *settlement.account_lost, message, now_ms);
  }
  if (draft_)
    draft_->settle(std::move(settlement));
  else
    settle_in_tables(settlement);
}

void WorkStore::settle_in_tables(const Settlement& settlement) {
  rows_.write(settlement.item);
  if (settlement.intent) rows_.write(*settlement.intent, settlement.answered);
  const std::int64_t link = settlement.link ? settlement.link->id : settlement.item.link_id;
  rows_.write(link, change_of_link(settlement));
}

void WorkStore::block_account(std::int64_t account_id, const std::string& code, const std::string& message,
                              std::int64_t now_ms) {
  lose_account_.bind(code, message, code.empty() ? std::int64_t{0} : now_ms, account_id).exec();
}

std::int64_t WorkStore::retry(const RetryFilter& filter) {
  std::int64_t account = 0;
  if (!filter.account.empty()) {
    find_account_.bind(filter.account);
    if (!find_account_.next()) return 0;
    account = find_account_.integer(0);
    find_account_.reset();
  }
  // What waits for a customer that was refused goes back together, and is as old as the youngest of it.
  Statement matching(database_, R"sql(
    SELECT id FROM item WHERE (?1 = 0 OR account = ?1) AND (?2 = '' OR reason = ?2)
      AND (?3 = '' OR payment_method = ?3 OR clone_id = ?3)
      AND (state = 3 OR (state = 2 AND reason = 'rolled_back' AND ?2 || ?3 <> ''))
      AND (?4 = 0 OR EXISTS(SELECT 1 FROM entry WHERE entry.input = ?4 AND entry.item = item.id))
      AND (?5 = 0 OR ?5 > CASE with_link
        WHEN 0 THEN (SELECT max(t.answered_ms) FROM intent t WHERE t.item = item.id)
        ELSE (SELECT max(t.answered_ms) FROM item w JOIN intent t ON t.item = w.id
              WHERE w.link = item.link AND w.with_link = 1) END))sql");
  std::vector<std::int64_t> items;
  for (matching.bind(account, filter.code, filter.payment_method, filter.input, filter.failed_before_ms);
       matching.next();)
    items.push_back(matching.integer(0));
  return look_or_do(database_, filter.dry, [&] {
    std::int64_t count = put_back(items);
    for (const std::int64_t item : items) count += reopener_.bring_back(item) ? 1 : 0;
    return count;
  });
}

std::int64_t WorkStore::put_back(const std::vector<std::int64_t>& items) {
  std::int64_t count = 0;
  for (const std::int64_t item : items) count += static_cast<std::int64_t>(reopener_.reopen(item).size());
  return count;
}

}  // namespace payferry::ledger
