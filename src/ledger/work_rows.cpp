#include "ledger/work_rows.hpp"

#include <string>

namespace payferry::ledger {
namespace {

std::string set_item(const char* more) {
  return std::string(R"sql(
    UPDATE item SET step = ?, reason = ?, message = ?, request_id = ?, clone_id = ?, type = ?, fingerprint = ?, last4 = ?,
      brand = ?, exp_month = ?, exp_year = ?, clone_generation = ?, attach_generation = ?, default_generation = ?,
      detach_generation = ?, replacements = ?, orphans = ?, adopted = ?)sql") +
         more + " WHERE id = ?";
}

const Answered kNoAnswer;

}  // namespace

WorkRows::WorkRows(Database& database)
    : database_(database),
      // State and with_link stand in indexes, which are written whenever they are named.
      keep_item_(database, set_item("").c_str()),
      end_item_(database, set_item(R"sql(, state = ?,
          content = CASE WHEN ? <> 0 THEN '' ELSE content END, cells = CASE WHEN ? <> 0 THEN '' ELSE cells END)sql")
                              .c_str()),
      wait_with_link_(database, "UPDATE item SET with_link = 1 WHERE id = ?"),
      // Tells an item that has ended and has an open request all the same from ten million others.
      begin_detaching_(database, "UPDATE item SET step = 4 WHERE id = ?"),
      add_intent_(database, R"sql(
        INSERT INTO intent(item, step, generation, state, path, key, body, api_version, key_digest, first_wall_ms,
          first_boot_ms, last_wall_ms, last_boot_ms, boot_id, attempts, sends)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql"),
      add_whole_intent_(database, R"sql(
        INSERT INTO intent(id, item, step, generation, state, path, key, body, api_version, key_digest, first_wall_ms,
          first_boot_ms, last_wall_ms, last_boot_ms, boot_id, attempts, sends, status, verdict, code, message,
          request_id, answered_ms, latency_ms)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?))sql"),
      send_again_(database, R"sql(
        UPDATE intent SET state = ?, first_wall_ms = ?, first_boot_ms = ?, last_wall_ms = ?, last_boot_ms = ?,
          boot_id = ?, attempts = ?, sends = ?, key_digest = ? WHERE id = ?)sql"),
      set_intent_(database, "UPDATE intent SET state = ?, attempts = ?, sends = ? WHERE id = ?"),
      end_intent_(database, R"sql(
        UPDATE intent SET state = ?, attempts = ?, sends = ?, path = '', key = '', body = '', api_version = '',
          key_digest = '', boot_id = '', status = ?, verdict = ?, code = ?, message = ?, request_id = ?,
          answered_ms = ?, latency_ms = ? WHERE id = ?)sql"),
      begin_creating_(database, R"sql(
        UPDATE link SET creating = 1
        WHERE id = ? AND target_customer = '' AND generation = ? AND creating = 0)sql"),
      note_creating_(database, "UPDATE link SET creating = 1 WHERE id = ?"),
      set_link_(database, R"sql(
        UPDATE link SET target_customer = ?, origin = ?, generation = ?, refused_code = ?, refused_message = ?,
          refused_request_id = ?, creating = CASE WHEN ? <> 0 THEN 0 ELSE creating END,
          used = CASE WHEN ? <> 0 THEN 1 ELSE used END WHERE id = ?)sql"),
      end_creating_(database, "UPDATE link SET creating = 0 WHERE id = ?"),
      use_link_(database, "UPDATE link SET used = 1 WHERE id = ? AND used = 0") {}

void WorkRows::write(const Item& item) {
  const bool done = item.state == State::succeeded || item.state == State::skipped;
  const auto set = [&](Statement& statement, const auto&... more) {
    statement
        .bind(static_cast<int>(item.step), item.reason, item.message, item.request_id, item.clone_id,
              item.details.type, item.details.fingerprint, item.details.last4, item.details.brand,
              item.details.exp_month, item.details.exp_year, item.clone_generation, item.attach_generation,
              item.default_generation, item.detach_generation, item.clone_replacements, item.orphans,
              item.adopted, more..., item.id)
        .exec();
  };
  if (item.state == State::pending) return set(keep_item_);
  set(end_item_, static_cast<int>(item.state), done, done);
  // Hardly anything ends like that, and what is pending never waits with its link.
  if (item.failed_with_link) wait_with_link_.bind(item.id).exec();
}

void WorkRows::begin_detaching(std::int64_t item) {
  begin_detaching_.bind(item).exec();
}

std::int64_t WorkRows::add(const Intent& intent) {
  return add_intent_
      .bind(intent.item_id, static_cast<int>(intent.step), intent.generation, static_cast<int>(intent.state),
            intent.path, intent.idempotency_key, intent.body, intent.api_version, intent.key_digest,
            intent.first_sent.wall_ms, intent.first_sent.boot_ms, intent.last_sent.wall_ms,
            intent.last_sent.boot_ms, intent.last_sent.boot_id, intent.attempts, intent.sends)
      .insert();
}

void WorkRows::add(std::int64_t id, const Intent& intent, const std::optional<Answered>& answered) {
  const Answered& answer = answered ? *answered : kNoAnswer;
  add_whole_intent_
      .bind(id, intent.item_id, static_cast<int>(intent.step), intent.generation,
            static_cast<int>(intent.state), intent.path, intent.idempotency_key, intent.body,
            intent.api_version, intent.key_digest, intent.first_sent.wall_ms, intent.first_sent.boot_ms,
            intent.last_sent.wall_ms, intent.last_sent.boot_ms, intent.last_sent.boot_id, intent.attempts,
            intent.sends, answer.status, answer.verdict, answer.code, answer.message, answer.request_id,
            answer.wall_ms, answer.latency_ms)
      .exec();
}

void WorkRows::send_again(const Intent& intent) {
  send_again_
      .bind(static_cast<int>(intent.state), intent.first_sent.wall_ms, intent.first_sent.boot_ms,
            intent.last_sent.wall_ms, intent.last_sent.boot_ms, intent.last_sent.boot_id, intent.attempts,
            intent.sends, intent.key_digest, intent.id)
      .exec();
}

void WorkRows::write(const Intent& intent, const std::optional<Answered>& answered) {
  if (intent.state != IntentState::settled) {
    set_intent_.bind(static_cast<int>(intent.state), intent.attempts, intent.sends, intent.id).exec();
    return;
  }
  const Answered& answer = answered ? *answered : kNoAnswer;
  end_intent_
      .bind(static_cast<int>(intent.state), intent.attempts, intent.sends, answer.status, answer.verdict,
            answer.code, answer.message, answer.request_id, answer.wall_ms, answer.latency_ms, intent.id)
      .exec();
}

bool WorkRows::begin_creating(std::int64_t link, int generation) {
  begin_creating_.bind(link, generation).exec();
  return database_.changes() != 0;
}

void WorkRows::note_creating(std::int64_t link) {
  note_creating_.bind(link).exec();
}

void WorkRows::write(std::int64_t link, const LinkChange& change) {
  if (change.link) {
    const Link& now = *change.link;
    set_link_
        .bind(now.target_customer, static_cast<int>(now.origin), now.generation, now.refused_code,
              now.refused_message, now.refused_request_id, change.ended, change.used, link)
        .exec();
    return;
  }
  if (change.used) use_link_.bind(link).exec();
  if (change.ended) end_creating_.bind(link).exec();
}

WorkRows::LinkChange change_of_link(const Settlement& settlement) {
  WorkRows::LinkChange change;
  if (settlement.link) change.link = &*settlement.link;
  change.used = settlement.item.state == State::succeeded;
  change.ended = settlement.intent && settlement.intent->step == Step::create_customer &&
                 settlement.intent->state == IntentState::settled;
  return change;
}

}  // namespace payferry::ledger
