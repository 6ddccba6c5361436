#include "ledger/admission.hpp"

#include <algorithm>
#include <utility>

#include "ledger/content.hpp"

namespace payferry::ledger {
namespace {

constexpr std::string_view kNoCells = "";
constexpr const char* kBeingCreated = "a customer that is being created";

std::string_view text_of(const Cells& cells) {
  return cells ? std::string_view(*cells) : kNoCells;
}

}  // namespace

AdmissionStore::AdmissionStore(Database& database, Owner owner, AdmissionRules rules,
                               CounterpartStore& counterparts)
    : database_(database),
      owner_(std::move(owner)),
      rules_(std::move(rules)),
      counterparts_(counterparts),
      reopener_(database),
      known_items_(database, owner_),
      find_account_(database, "SELECT id FROM account WHERE account = ?"),
      add_account_(database, "INSERT INTO account(account) VALUES(?)"),
      account_lost_(database, "SELECT lost_code <> '' FROM account WHERE id = ?"),
      find_link_(database, R"sql(
        SELECT id, target_customer, creating, refused_code <> '' AND used = 0 FROM link
        WHERE identity = ?)sql"),
      add_link_(
          database,
          "INSERT INTO link(identity, account, customer, target_customer, origin) VALUES(?, ?, ?, ?, ?) "
          "ON CONFLICT DO NOTHING"),
      // Whoever waited for a customer that could not be made waits no longer.
      set_link_target_(database, R"sql(
        UPDATE link SET target_customer = ?, origin = ?, refused_code = '', refused_message = '',
          refused_request_id = '' WHERE id = ? AND creating = 0)sql"),
      add_item_(database, R"sql(
        INSERT INTO item(identity, account, link, customer, payment_method, state, reason, is_default, content,
                         content_digest, cells, cells_input)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql"),
      set_content_(database, R"sql(
        UPDATE item SET link = ?, customer = ?, is_default = ?, content = ?, content_digest = ?, cells = ?, cells_input = ?
        WHERE id = ?)sql"),
      set_state_(database, "UPDATE item SET state = ?, reason = ? WHERE id = ?"),
      lock_item_(database, "UPDATE item SET is_default = is_default WHERE id = ?"),
      add_entry_(database, "INSERT INTO entry(input, item, line) VALUES(?, ?, ?) ON CONFLICT DO NOTHING"),
      add_reject_(database,
                  "INSERT INTO reject(input, line, account, code, message, cells) VALUES(?, ?, ?, ?, ?, ?)"),
      advance_input_(database, R"sql(
        UPDATE input SET position = ?, lines = lines + ?, read = read + ?, duplicate = duplicate + ?,
          amended = amended + ?, differing = differing + ?, complete = ? WHERE id = ?)sql") {}

void AdmissionStore::forget_made() {
  accounts_.clear();
  last_link_ = {};
  known_items_.forget_met();
}

InputState AdmissionStore::reading_of(const std::string& job) {
  Statement last(
      database_,
      "SELECT id, position, lines, read, complete, amended, differing, identity FROM input WHERE job = ? "
      "ORDER BY id DESC LIMIT 1");
  if (!last.bind(job).next()) return {};
  return {last.integer(0),
          last.text(1),
          static_cast<std::uint64_t>(last.integer(2)),
          static_cast<std::uint64_t>(last.integer(3)),
          last.integer(4) != 0,
          static_cast<std::uint64_t>(last.integer(5)),
          static_cast<std::uint64_t>(last.integer(6)),
          last.text(7),
          std::nullopt};
}

InputState AdmissionStore::begin_input(const std::string& job, const std::string& identity,
                                       const std::vector<std::string>& columns, bool from_start,
                                       std::int64_t now_ms) {
  const InputState last = reading_of(job);
  InputState found;
  found.identity = identity;
  if (last.id != 0) {
    if (!from_start && !identity.empty() && last.identity == identity) return last;
    found.earlier = {last.identity, last.lines, last.complete};
  }
  const std::string names = encode(columns);
  Statement add(database_, "INSERT INTO input(job, identity, columns, started_ms) VALUES(?, ?, ?, ?)");
  found.id = add.bind(job, identity, names, now_ms).insert();
  return found;
}

// The rows of the readings stay: items keep their cells under their column names.
bool AdmissionStore::forget_earlier(std::size_t most) {
  Statement earlier(database_, R"sql(
    SELECT n.id FROM input n
    WHERE n.id <> (SELECT max(p.id) FROM input p WHERE p.job = n.job)
      AND (EXISTS(SELECT 1 FROM entry e WHERE e.input = n.id) OR EXISTS(SELECT 1 FROM reject r WHERE r.input = n.id))
    LIMIT 1)sql");
  if (!earlier.bind().next()) return false;
  const std::int64_t input = earlier.integer(0);
  Statement(database_, R"sql(
    DELETE FROM entry WHERE input = ?1
      AND item <= (SELECT max(item) FROM (SELECT item FROM entry WHERE input = ?1 ORDER BY item LIMIT ?2) AS first))sql")
      .bind(input, static_cast<std::uint64_t>(most))
      .exec();
  Statement(database_, "DELETE FROM reject WHERE id IN (SELECT id FROM reject WHERE input = ?1 LIMIT ?2)")
      .bind(input, static_cast<std::uint64_t>(most))
      .exec();
  return true;
}

Admitted AdmissionStore::admit(const Admission& admission) {
  Admitted counts;
  ++batch_;
  for (const Reject& reject : admission.rejects) add_reject(admission.input, reject, counts);
  for (const Entry& entry : admission.entries) admit_entry(admission, entry, counts);
  advance_input_
      .bind(admission.position, admission.lines, admission.read, counts.duplicate, counts.amended,
            counts.differing, admission.end, admission.input)
      .exec();
  return counts;
}

AdmissionStore::AccountRow& AdmissionStore::account_of(const std::string& account) {
  AccountRow& row = accounts_[account];
  if (row.id == 0) {
    find_account_.bind(account);
    if (find_account_.next()) {
      row.id = find_account_.integer(0);
      find_account_.reset();
    } else {
      row.id = add_account_.bind(account).insert();
    }
  }
  return row;
}

bool AdmissionStore::is_lost(AccountRow& account) {
  if (account.asked_in == batch_) return account.lost;
  account.asked_in = batch_;
  account_lost_.bind(account.id);
  account.lost = account_lost_.next() && account_lost_.integer(0) != 0;
  account_lost_.reset();
  return account.lost;
}

// Of an item that has ended its account says nothing any more, and is not asked for: with many accounts that
// is another look-up for nearly every line.
Known AdmissionStore::with_account(Known known, AccountRow& account) {
  known.account_lost = known.state == State::pending && is_lost(account);
  return known;
}

AdmissionStore::LinkChoice AdmissionStore::link_of(std::int64_t account_id, const Entry& entry) {
  if (!rules_.with_links) return {};
  const Identity identity = link_identity(owner_, entry.account, link_owner(entry));
  // A new item of another customer than the last one's mostly is the first of its customer.
  if (identity != std::exchange(last_link_, identity)) {
    const std::int64_t added = add_link(account_id, identity, entry);
    if (added != 0) return {added, ""};
  }
  find_link_.bind(identity);
  // Without its link an item would be moved to no customer.
  if (!find_link_.next())
    throw DatabaseError(DatabaseError::Kind::damaged, "a link that was there is not found any more");
  const std::int64_t id = find_link_.integer(0);
  KnownLink link;
  link.there = true;
  link.target_customer = find_link_.text(1);
  link.creating = find_link_.integer(2) != 0;
  link.may_change = find_link_.integer(3) != 0;
  find_link_.reset();
  const std::string& wanted = entry.content.target_customer;
  switch (meet_link(link, wanted)) {
    case Naming::agrees:
      break;
    case Naming::contradicts:
      return {id, link.creating ? kBeingCreated : link.target_customer};
    case Naming::takes:
      set_link_target_.bind(wanted, static_cast<int>(Origin::reused), id).exec();
      // Another worker has begun to create one since the link was read.
      if (database_.changes() == 0) return {id, kBeingCreated};
      break;
  }
  return {id, ""};
}

std::int64_t AdmissionStore::add_link(std::int64_t account_id, const Identity& identity, const Entry& entry) {
  const std::string& wanted = entry.content.target_customer;
  const std::string target = wanted.empty() ? counterparts_.seen_for(account_id, link_owner(entry)) : wanted;
  const Origin origin = target.empty() ? Origin::none : Origin::reused;
  return add_link_.bind(identity, account_id, link_owner(entry), target, static_cast<int>(origin)).insert();
}

void AdmissionStore::admit_entry(const Admission& admission, const Entry& entry, Admitted& counts) {
  AccountRow& account = account_of(entry.account);
  const std::optional<KnownItems::Found> found = known_items_.find(account.id, entry);
  if (found)
    meet_item(*found, admission, entry, account, counts);
  else
    add_item(admission, entry, account, known_items_.identity(), counts);
}

void AdmissionStore::add_item(const Admission& admission, const Entry& entry, AccountRow& account,
                              const Identity& identity, Admitted& counts) {
  const LinkChoice link = link_of(account.id, entry);
  if (!link.conflict.empty()) return reject_conflict(admission, entry, link.conflict, counts);
  const AdmissionRules::Start start = rules_.start(entry);
  const bool open = start.state == State::pending;
  const std::string content = open ? encode(entry.content) : "";
  add_item_.bind(identity, account.id, link.id, entry.customer, entry.payment_method,
                 static_cast<int>(start.state), start.reason, entry.content.is_default, content,
                 digest_of(entry), open ? text_of(entry.cells) : kNoCells, admission.input);
  const std::int64_t item = add_item_.insert();
  add_entry_.bind(admission.input, item, entry.line).exec();
  ++(open ? counts.fresh : counts.skipped);
  if (open) note_opened(counts, account, entry.account, item);
}

void AdmissionStore::meet_item(const KnownItems::Found& found, const Admission& admission, const Entry& entry,
                               AccountRow& account, Admitted& counts) {
  const std::int64_t item = found.id;
  add_entry_.bind(admission.input, item, entry.line).exec();
  if (database_.changes() == 0) {
    ++counts.duplicate;
    return;
  }
  ++counts.known;
  const AdmissionRules::Start start = rules_.start(entry);
  Known known = with_account(found.known, account);
  Meeting meeting = rules_.meet(known, entry, start);
  if (meeting == Meeting::replace || meeting == Meeting::amend) {
    known = with_account(locked(item, entry).known, account);
    meeting = rules_.meet(known, entry, start);
  }
  // Another worker may be about to move it in the old words.
  if (meeting == Meeting::replace && !holds(lanes_, shard_of(found.link, item))) meeting = Meeting::differs;
  switch (meeting) {
    case Meeting::keep:
      break;
    case Meeting::differs:
      ++counts.differing;
      break;
    case Meeting::replace:
      if (!take_content(admission, entry, item, account.id, counts, start.state == State::pending)) return;
      set_state_.bind(static_cast<int>(start.state), start.reason, item).exec();
      if (start.state == State::pending) note_opened(counts, account, entry.account, item);
      known.state = start.state;
      break;
    case Meeting::amend:
      if (!take_content(admission, entry, item, account.id, counts, true)) return;
      reopener_.start_over(item);
      note_opened(counts, account, entry.account, item);
      for (const std::int64_t opened : reopener_.reopen(item))
        note_opened(counts, account, entry.account, opened);
      known.state = State::pending;
      ++counts.amended;
      break;
  }
  ++counts.known_by_state[static_cast<std::size_t>(known.state)];
}

// Nobody else changes the item until the transaction ends.
KnownItems::Found AdmissionStore::locked(std::int64_t item, const Entry& entry) {
  lock_item_.bind(item).exec();
  return known_items_.again(item, entry);
}

// False: the line contradicts the item's link; it has become a reject instead.
bool AdmissionStore::take_content(const Admission& admission, const Entry& entry, std::int64_t item,
                                  std::int64_t account_id, Admitted& counts, bool open) {
  const LinkChoice link = link_of(account_id, entry);
  if (!link.conflict.empty()) {
    Statement(database_, "DELETE FROM entry WHERE input = ? AND item = ?").bind(admission.input, item).exec();
    --counts.known;
    reject_conflict(admission, entry, link.conflict, counts);
    return false;
  }
  const std::string content = open ? encode(entry.content) : "";
  set_content_
      .bind(link.id, entry.customer, entry.content.is_default, content, digest_of(entry),
            open ? text_of(entry.cells) : kNoCells, admission.input, item)
      .exec();
  return true;
}

void AdmissionStore::reject_conflict(const Admission& admission, const Entry& entry,
                                     const std::string& conflict, Admitted& counts) {
  Reject reject{entry.line, entry.account, "target_customer_conflict", "", entry.cells};
  reject.message = "target_customer: " + link_owner(entry) + " has " + conflict + " on " + entry.account +
                   " already; leave the cell empty or name that one";
  add_reject(admission.input, reject, counts);
}

void AdmissionStore::add_reject(std::int64_t input, const Reject& reject, Admitted& counts) {
  add_reject_.bind(input, reject.line, reject.account, reject.code, reject.message, text_of(reject.cells))
      .exec();
  ++counts.rejected;
}

void AdmissionStore::note_opened(Admitted& counts, AccountRow& account, const std::string& name,
                                 std::int64_t item) {
  const auto known = counts.opened.find(account.id);
  if (known == counts.opened.end())
    counts.opened.try_emplace(account.id, Admitted::Opened{account.id, name, item, is_lost(account)});
  else
    known->second.first_item = std::min(known->second.first_item, item);
}

}  // namespace payferry::ledger
