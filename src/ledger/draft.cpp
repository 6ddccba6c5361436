#include "ledger/draft.hpp"

#include <span>
#include <utility>

#include "core/crash_point.hpp"

namespace payferry::ledger {
namespace {

// A request that is settled is never sent again: what it was goes, and its memory at once.
void forget_words(Intent& intent) {
  for (std::string* word :
       {&intent.path, &intent.idempotency_key, &intent.body, &intent.api_version, &intent.key_digest})
    std::string().swap(*word);
  intent.last_sent.boot_id = BootId();
}

}  // namespace

Draft::Draft(Database& database)
    : rows_(database),
      find_link_(database, "SELECT target_customer, generation, creating FROM link WHERE id = ?"),
      last_intent_(database, "SELECT coalesce(max(id), 0) FROM intent"),
      add_row_(database, "INSERT INTO journal(data) VALUES(?)"),
      rows_of_journal_(database, "SELECT data FROM journal ORDER BY id"),
      end_rows_(database, "DELETE FROM journal") {}

void Draft::begin() {
  last_intent_.bind();
  if (last_intent_.next()) first_ = last_intent_.integer(0) + 1;
  last_intent_.reset();
  std::vector<std::string> rows;
  for (rows_of_journal_.bind(); rows_of_journal_.next();) rows.push_back(rows_of_journal_.bytes(0));
  journaled_ = !rows.empty();
  for (const std::string& row : rows) {
    for (JournalRecord& record : read_journal(row)) {
      if (auto* asking = std::get_if<Asking>(&record))
        add(std::move(*asking));
      else
        add(std::get<Settlement>(std::move(record)));
    }
  }
}

std::int64_t Draft::intend(Intent&& intent, const Link* creates_for) {
  if (creates_for && !may_create(*creates_for, intent.generation)) return 0;
  intent.id = first_ + static_cast<std::int64_t>(new_.size());
  Asking asking{std::move(intent), creates_for ? creates_for->id : 0};
  append_to_journal(journal_, asking);
  const std::int64_t id = asking.intent.id;
  add(std::move(asking));
  return id;
}

void Draft::settle(Settlement&& settlement) {
  append_to_journal(journal_, settlement);
  add(std::move(settlement));
}

void Draft::note(std::int64_t item) {
  known_.insert(item);
  if (!due_) due_ = std::chrono::steady_clock::now() + kLongest;
}

bool Draft::may_create(const Link& link, int generation) {
  find_link_.bind(link.id);
  if (!find_link_.next()) return false;
  Link now;
  now.id = link.id;
  now.target_customer = find_link_.text(0);
  now.generation = static_cast<int>(find_link_.integer(1));
  now.creating = find_link_.integer(2) != 0;
  find_link_.reset();
  correct(now);
  return now.target_customer.empty() && now.generation == generation && !now.creating;
}

void Draft::correct(Link& link) const {
  const auto found = links_.find(link.id);
  if (found == links_.end()) return;
  const LinkDraft& draft = found->second;
  link.creating = draft.creating || (link.creating && !draft.ended);
  if (!draft.link) return;
  link.target_customer = draft.link->target_customer;
  link.origin = draft.link->origin;
  link.generation = draft.link->generation;
  link.refused_code = draft.link->refused_code;
  link.refused_message = draft.link->refused_message;
  link.refused_request_id = draft.link->refused_request_id;
}

void Draft::add(Asking&& asking) {
  note(asking.intent.item_id);
  if (asking.link_id != 0) links_[asking.link_id].creating = true;
  new_.push_back({std::move(asking.intent), std::nullopt});
}

void Draft::add(Settlement&& settlement) {
  note(settlement.item.id);
  add_link(settlement);
  if (settlement.intent) {
    const Intent& told = *settlement.intent;
    const bool is_new = told.id >= first_;
    Asked& asked = is_new ? new_.at(static_cast<std::size_t>(told.id - first_)) : earlier_[told.id];
    asked.intent.id = told.id;
    asked.intent.state = told.state;
    asked.intent.attempts = told.attempts;
    asked.intent.sends = told.sends;
    if (told.state == IntentState::settled) {
      asked.answered = std::move(settlement.answered);
      forget_words(asked.intent);
    }
  }
  items_.insert_or_assign(settlement.item.id, std::move(settlement.item));
}

void Draft::add_link(Settlement& settlement) {
  const WorkRows::LinkChange change = change_of_link(settlement);
  if (!change.link && !change.ended && !change.used) return;
  LinkDraft& draft = links_[change.link ? change.link->id : settlement.item.link_id];
  if (change.link) draft.link = std::move(settlement.link);
  draft.used = draft.used || change.used;
  if (change.ended) {
    draft.ended = true;
    draft.creating = false;
  }
}

void Draft::keep() {
  if (journal_.empty()) return;
  const auto* const begin = reinterpret_cast<const unsigned char*>(journal_.data());
  add_row_.bind(std::span<const unsigned char>(begin, journal_.size())).exec();
  journal_.clear();
  journaled_ = true;
}

void Draft::flush() {
  if (!due_ && !journaled_) return;
  for (const auto& [id, item] : items_) rows_.write(item);
  for (const auto& [id, asked] : earlier_) rows_.write(asked.intent, asked.answered);
  for (const Asked& asked : new_) rows_.add(first_++, asked.intent, asked.answered);
  for (const auto& [id, draft] : links_) {
    rows_.write(id, {draft.link ? &*draft.link : nullptr, draft.ended, draft.used});
    if (draft.creating) rows_.note_creating(id);
  }
  if (journaled_) end_rows_.bind().exec();
  items_.clear();
  earlier_.clear();
  new_.clear();
  links_.clear();
  journal_.clear();
  journaled_ = false;
  known_.clear();
  due_.reset();
}

void take_up_journal(Database& database) {
  Statement any(database, "SELECT 1 FROM journal LIMIT 1");
  if (!any.bind().next()) return;
  any.reset();
  database.begin();
  Draft draft(database);
  draft.begin();
  crash_point("a journal that is taken up");
  draft.flush();
  database.commit();
}

}  // namespace payferry::ledger
