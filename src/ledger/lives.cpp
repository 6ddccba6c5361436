#include "ledger/lives.hpp"

#include <array>

#include "core/digest.hpp"

namespace payferry::ledger {
namespace {

constexpr const char* kItem = R"sql(
  SELECT a.account, a.lost_code, i.customer, i.payment_method, coalesce(l.target_customer, ''), coalesce(l.origin, 0),
    i.clone_id, i.state, i.step, i.reason, i.message, i.request_id, i.orphans, i.adopted,
    NOT EXISTS(SELECT 1 FROM intent t WHERE t.item = i.id AND t.state IN (0, 2))
  FROM item i JOIN account a ON a.id = i.account LEFT JOIN link l ON l.id = i.link WHERE i.id = ?)sql";

constexpr const char* kLines = R"sql(
  SELECT n.job, e.line FROM input n JOIN entry e ON e.input = n.id AND e.item = ?
  WHERE n.id = (SELECT max(p.id) FROM input p WHERE p.job = n.job) ORDER BY n.job)sql";

constexpr const char* kRequests = R"sql(
  SELECT step, generation, state, first_wall_ms, last_wall_ms, sends, status, verdict, code, message, request_id,
    answered_ms, latency_ms FROM intent WHERE item = ? ORDER BY id)sql";

constexpr std::array kIntentStates{"open", "unsent", "unknown", "settled"};
constexpr std::array kOrigins{"", "created", "reused"};

std::vector<std::int64_t> items_of(Database& database, const Owner& owner, const std::string& id) {
  std::vector<std::int64_t> items;
  Statement find(database, "SELECT id FROM item WHERE identity = ?");
  Statement accounts(database, "SELECT account FROM account ORDER BY id");
  for (accounts.bind(); accounts.next();) {
    const Identity identity =
        identity_of({"item", owner.platform, to_string(owner.mode), accounts.text(0), id});
    find.bind(identity);
    if (find.next()) items.push_back(find.integer(0));
    find.reset();
  }
  if (!items.empty()) return items;
  Statement clones(database, "SELECT id FROM item WHERE clone_id = ?");
  for (clones.bind(id); clones.next();) items.push_back(clones.integer(0));
  return items;
}

PastRequest request_from(const Statement& row) {
  PastRequest request;
  request.step = row.word(0, kSteps.back());
  request.generation = static_cast<int>(row.integer(1));
  request.state = kIntentStates.at(static_cast<std::size_t>(row.word(2, IntentState::settled)));
  request.first_ms = row.integer(3);
  request.last_ms = row.integer(4);
  request.sends = static_cast<int>(row.integer(5));
  request.status = static_cast<int>(row.integer(6));
  request.verdict = row.text(7);
  request.code = row.text(8);
  request.message = row.text(9);
  request.request_id = row.text(10);
  request.answered_ms = row.integer(11);
  request.latency_ms = static_cast<int>(row.integer(12));
  return request;
}

Life life_from(const Statement& row) {
  Life life;
  life.account = row.text(0);
  life.account_lost = row.text(1);
  life.customer = row.text(2);
  life.payment_method = row.text(3);
  life.target_customer = row.text(4);
  life.customer_origin = kOrigins.at(static_cast<std::size_t>(row.word(5, Origin::reused)));
  life.clone_id = row.text(6);
  life.state = row.word(7, State::blocked);
  life.step = row.word(8, kSteps.back());
  life.reason = row.text(9);
  life.message = row.text(10);
  life.request_id = row.text(11);
  life.orphans = static_cast<int>(row.integer(12));
  life.adopted = row.integer(13) != 0;
  const bool at_rest = row.integer(14) != 0;
  if (life.state == State::pending && !life.account_lost.empty() && at_rest) life.state = State::blocked;
  return life;
}

}  // namespace

std::vector<Life> lives_of(Database& database, const Owner& owner, const std::string& id) {
  std::vector<Life> lives;
  Statement item(database, kItem);
  Statement lines(database, kLines);
  Statement requests(database, kRequests);
  for (const std::int64_t found : items_of(database, owner, id)) {
    item.bind(found);
    if (!item.next()) continue;
    Life& life = lives.emplace_back(life_from(item));
    item.reset();
    for (lines.bind(found); lines.next();)
      life.lines.push_back({lines.text(0), static_cast<std::uint64_t>(lines.integer(1))});
    for (requests.bind(found); requests.next();) life.requests.push_back(request_from(requests));
  }
  return lives;
}

}  // namespace payferry::ledger
