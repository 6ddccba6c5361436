#include "ledger/reopen.hpp"

namespace payferry::ledger {

Reopener::Reopener(Database& database)
    : database_(database),
      open_item_(database, R"sql(
        UPDATE item SET state = 0, reason = '', message = '', request_id = '', with_link = 0,
          replacements = 0, clone_generation = clone_generation + (step = 0),
          attach_generation = attach_generation + (step = 2),
          default_generation = default_generation + (step = 3)
        WHERE id = ? AND state = 3 AND reason <> 'original_consumed')sql"),
      link_of_(database, R"sql(
        SELECT l.id FROM item i JOIN link l ON l.id = i.link WHERE i.id = ? AND l.refused_code <> '')sql"),
      clear_link_(
          database,
          "UPDATE link SET refused_code = '', refused_message = '', refused_request_id = '' WHERE id = ?"),
      waiting_(database, "SELECT id FROM item WHERE link = ? AND with_link = 1 AND state = 3"),
      open_waiting_(database, R"sql(
        UPDATE item SET state = 0, reason = '', message = '', request_id = '', with_link = 0,
          attach_generation = attach_generation + (step = 2)
        WHERE link = ? AND with_link = 1 AND state = 3)sql") {}

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

}  // namespace payferry::ledger
