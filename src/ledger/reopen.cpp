#include "ledger/reopen.hpp"

#include "core/words.hpp"

namespace payferry::ledger {

Reopener::Reopener(Database& database)
    : database_(database),
      open_item_(database, R"sql(
        UPDATE item SET state = 0, reason = '', message = '', request_id = '', with_link = 0,
          replacements = 0, clone_generation = clone_generation + CASE WHEN step IN (0, 4) THEN 1 ELSE 0 END,
          attach_generation = attach_generation + CASE step WHEN 2 THEN 1 ELSE 0 END,
          default_generation = default_generation + CASE step WHEN 3 THEN 1 ELSE 0 END,
          clone_id = CASE step WHEN 4 THEN '' ELSE clone_id END, step = CASE step WHEN 4 THEN 0 ELSE step END
        WHERE id = ? AND state = 3 AND reason <> 'original_consumed')sql"),
      bring_back_(database, R"sql(
        UPDATE item SET state = 0, step = 0, reason = '', message = '', request_id = '', with_link = 0,
          replacements = 0, clone_id = '', clone_generation = clone_generation + 1
        WHERE id = ? AND state = 2 AND reason = 'rolled_back' AND customer <> '')sql"),
      link_of_(database, "SELECT link FROM item WHERE id = ? AND link <> 0"),
      clear_link_(
          database,
          "UPDATE link SET refused_code = '', refused_message = '', refused_request_id = '' WHERE id = ?"),
      waiting_(database, "SELECT id FROM item WHERE link = ? AND with_link = 1 AND state = 3"),
      open_waiting_(database, R"sql(
        UPDATE item SET state = 0, reason = '', message = '', request_id = '', with_link = 0,
          attach_generation = attach_generation + CASE step WHEN 2 THEN 1 ELSE 0 END
        WHERE link = ? AND with_link = 1 AND state = 3)sql"),
      unsent_of_(database, R"sql(
        SELECT t.id, t.step, i.link FROM item i JOIN intent t ON t.item = i.id WHERE i.id = ? AND t.state = 1)sql"),
      drop_intent_(database, R"sql(
        UPDATE intent SET state = 3, path = '', key = '', body = '', api_version = '', key_digest = '',
          boot_id = '' WHERE id = ?)sql"),
      pass_generation_(database, R"sql(
        UPDATE item SET clone_generation = clone_generation + CASE ?1 WHEN 0 THEN 1 ELSE 0 END,
          attach_generation = attach_generation + CASE ?1 WHEN 2 THEN 1 ELSE 0 END,
          default_generation = default_generation + CASE ?1 WHEN 3 THEN 1 ELSE 0 END WHERE id = ?2)sql"),
      free_link_(database, "UPDATE link SET creating = 0, generation = generation + 1 WHERE id = ?") {}

std::vector<std::int64_t> Reopener::reopen(std::int64_t item) {
  open_item_.bind(item).exec();
  if (database_.changes() == 0) return {};
  std::vector<std::int64_t> opened{item};
  link_of_.bind(item);
  if (!link_of_.next()) return opened;
  const std::int64_t link = link_of_.integer(0);
  link_of_.reset();
  clear_link_.bind(link).exec();
  for (waiting_.bind(link); waiting_.next();) opened.push_back(waiting_.integer(0));
  open_waiting_.bind(link).exec();
  return opened;
}

bool Reopener::bring_back(std::int64_t item) {
  bring_back_.bind(item).exec();
  return database_.changes() != 0;
}

void Reopener::start_over(std::int64_t item) {
  unsent_of_.bind(item);
  if (!unsent_of_.next()) return;
  const std::int64_t intent = unsent_of_.integer(0);
  const Step step = unsent_of_.word(1, Step::detach);
  const std::int64_t link = unsent_of_.integer(2);
  unsent_of_.reset();
  drop_intent_.bind(intent).exec();
  pass_generation_.bind(static_cast<int>(step), item).exec();
  if (step == Step::create_customer) free_link_.bind(link).exec();
}

}  // namespace payferry::ledger
