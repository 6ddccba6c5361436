#include "ledger/renew.hpp"

namespace payferry::ledger {
namespace {

// Stripe's own word that the customer is not there is what refuses the link, and it is the latest: whatever
// tries the link again takes the refusal away. The item that met it waits with it.
constexpr const char* kGone = R"sql(
  INSERT INTO gone
  SELECT l.id FROM link l JOIN account a ON a.id = l.account
  WHERE l.refused_code = 'resource_missing' AND l.target_customer <> '' AND l.origin = 1 AND l.creating = 0
    AND (?1 = '' OR a.account = ?1)
    AND EXISTS(SELECT 1 FROM item i WHERE i.link = l.id AND i.with_link = 1
      AND (?2 = '' OR i.payment_method = ?2 OR i.clone_id = ?2)
      AND (?3 = 0 OR EXISTS(SELECT 1 FROM entry e WHERE e.input = ?3 AND e.item = i.id))))sql";

// What is on its way names the old customer: its answer comes first.
constexpr const char* kBusy = R"sql(
  DELETE FROM gone WHERE link IN (
    SELECT i.link FROM item i CROSS JOIN intent t
    WHERE t.item = i.id AND t.state <> 3 AND (i.state = 0 OR i.step = 4)))sql";

// Their clones were never attached, and still can be.
constexpr const char* kPutBack = R"sql(
  UPDATE item SET state = 0, reason = '', message = '', request_id = '', with_link = 0, replacements = 0,
    attach_generation = attach_generation + CASE step WHEN 2 THEN 1 ELSE 0 END
  WHERE link IN (SELECT link FROM gone) AND state = 3
    AND (with_link = 1 OR (step = 2 AND reason = 'resource_missing')))sql";

// Stripe detached these together with their customer, for good. Before set_default a clone is attached; what
// succeeded without any request but its clone's was moved by a job without customers, and hangs on none.
#define PAYFERRY_LOST                                                                                    \
  " WHERE link IN (SELECT link FROM gone) AND ((state IN (0, 3) AND step = 3) OR (state = 1 AND EXISTS(" \
  "SELECT 1 FROM intent t WHERE t.item = item.id AND t.step IN (1, 2, 3))))"
constexpr const char* kUsedUp =
    "UPDATE item SET state = 3, step = 0, reason = 'original_consumed', clone_id = '', with_link = 0,"
    " message = 'its clone went with its customer, and the original, attached to none, was used up by "
    "it'" PAYFERRY_LOST " AND customer = ''";
constexpr const char* kCloneAnew =
    "UPDATE item SET state = 0, step = 0, reason = '', message = '', request_id = '', with_link = 0,"
    " replacements = 0, clone_id = '', clone_generation = clone_generation + 1" PAYFERRY_LOST
    " AND customer <> ''";
#undef PAYFERRY_LOST

constexpr const char* kRenew = R"sql(
  UPDATE link SET target_customer = '', origin = 0, generation = generation + 1, used = 0, refused_code = '',
    refused_message = '', refused_request_id = '' WHERE id IN (SELECT link FROM gone))sql";

std::int64_t changed_by(Database& database, const char* sql) {
  Statement(database, sql).exec();
  return database.changes();
}

Renewed renew(Database& database, const RetryFilter& filter) {
  database.define("DROP TABLE IF EXISTS temp.gone; CREATE TEMP TABLE gone(link INTEGER PRIMARY KEY)");
  Statement gone(database, kGone);
  gone.bind(filter.account, filter.payment_method, filter.input).exec();
  // Nearly always; what follows reads every item.
  if (database.changes() == 0) return {};
  Renewed renewed;
  renewed.busy = changed_by(database, kBusy);
  renewed.put_back = changed_by(database, kPutBack);
  renewed.used_up = changed_by(database, kUsedUp);
  renewed.cloned_anew = changed_by(database, kCloneAnew);
  renewed.customers = changed_by(database, kRenew);
  return renewed;
}

}  // namespace

Renewed renew_customers(Database& database, const RetryFilter& filter) {
  return look_or_do(database, filter.dry, [&] { return renew(database, filter); });
}

}  // namespace payferry::ledger
