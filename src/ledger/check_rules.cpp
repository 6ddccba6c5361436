#include "ledger/check_rules.hpp"

namespace payferry::ledger {
namespace {

// Steps: 0 clone, 1 create_customer, 2 attach, 3 set_default, 4 detach. Item states: 0 pending, 1 succeeded,
// 2 skipped, 3 failed. Intent states: 3 settled. Looked: 0 no, 1 yes, 2 taken over.
constexpr CheckRule kRules[] = {
    {"words", R"sql(
       SELECT 'item ' || id FROM item WHERE state NOT BETWEEN 0 AND 3 OR step NOT BETWEEN 0 AND 4
       UNION ALL SELECT 'link ' || id FROM link WHERE origin NOT BETWEEN 0 AND 2 OR creating NOT IN (0, 1)
       UNION ALL SELECT 'account ' || id FROM account WHERE looked NOT BETWEEN 0 AND 2
       UNION ALL SELECT 'intent ' || id FROM intent WHERE state NOT BETWEEN 0 AND 3 OR step NOT BETWEEN 0 AND 4)sql",
     "a state, step, origin or look that no Payferry writes"},

    {"item_identity", R"sql(
       SELECT 'item ' || i.id, a.account, i.payment_method, i.identity
       FROM item i LEFT JOIN account a ON a.id = i.account)sql",
     "an item that is not found under its account and payment method: a line that names it would move it "
     "again",
     "item"},

    {"item_once", R"sql(
       SELECT 'item ' || max(id) FROM item GROUP BY account, payment_method HAVING count(*) > 1)sql",
     "a second item for the same account and payment method"},

    {"link_identity", R"sql(
       SELECT 'link ' || l.id, a.account, l.customer, l.identity
       FROM link l LEFT JOIN account a ON a.id = l.account)sql",
     "a link that is not found under its account and customer: its customer would be made again", "link"},

    {"link_once", "SELECT 'link ' || max(id) FROM link GROUP BY account, customer HAVING count(*) > 1",
     "a second link for the same account and customer"},

    {"item_link", R"sql(
       SELECT 'item ' || i.id FROM item i LEFT JOIN link l ON l.id = i.link
       WHERE i.link <> 0 AND (l.id IS NULL OR l.account <> i.account
         OR l.customer <> CASE i.customer WHEN '' THEN i.payment_method ELSE i.customer END))sql",
     "an item whose link is missing or another customer's"},

    {"link_origin", "SELECT 'link ' || id FROM link WHERE (target_customer = '') <> (origin = 0)",
     "a link with a customer of unknown origin, or an origin without a customer"},

    {"entry", R"sql(
       SELECT 'entry of line ' || e.line FROM entry e LEFT JOIN item i ON i.id = e.item
         LEFT JOIN input n ON n.id = e.input
       WHERE i.id IS NULL OR n.id IS NULL)sql",
     "an entry without its item or input"},

    {"reject", R"sql(
       SELECT 'reject of line ' || r.line FROM reject r LEFT JOIN input n ON n.id = r.input WHERE n.id IS NULL)sql",
     "a rejected line without its input"},

    {"open_intent", R"sql(
       SELECT 'item ' || i.id FROM intent t JOIN item i ON i.id = t.item
       WHERE t.state <> 3 AND (i.state <> CASE t.step WHEN 4 THEN 1 ELSE 0 END OR (t.step = 4 AND i.step <> 4))
       UNION ALL SELECT 'item ' || item FROM intent WHERE state <> 3 GROUP BY item HAVING count(*) > 1)sql",
     "an item with several open requests, or with one although it has ended"},

    {"unsettled_intent", R"sql(
       SELECT 'intent ' || t.id FROM intent t LEFT JOIN item i ON i.id = t.item
       WHERE t.state <> 3 AND i.id IS NULL)sql",
     "a request that may have been sent and that no item would ask about"},

    {"settled_intent", "SELECT 'intent ' || id FROM intent WHERE state = 3 AND (body <> '' OR key <> '')",
     "a settled request whose text was not removed"},

    {"succeeded_clone", "SELECT 'item ' || id FROM item WHERE state = 1 AND clone_id = ''",
     "an item that succeeded without a clone"},

    // A job without customers (target.customer: none) leaves a link without one; then no request of the item
    // was about a customer.
    {"succeeded_customer", R"sql(
       SELECT 'item ' || i.id FROM item i JOIN link l ON l.id = i.link
         JOIN intent t ON t.id = (SELECT max(id) FROM intent WHERE intent.item = i.id)
       WHERE i.state = 1 AND l.target_customer = '' AND t.step <> 0 AND t.verdict = 'done')sql",
     "an item that was attached to a customer that its link does not know"},

    {"rolled_back", R"sql(
       SELECT 'item ' || id FROM item
       WHERE state = 2 AND reason = 'rolled_back' AND (clone_id = '' OR adopted = 1 OR link = 0))sql",
     "an item that was taken back without a clone of ours on a customer"},

    {"detached", R"sql(
       SELECT 'item ' || i.id FROM item i JOIN intent t ON t.id = (SELECT max(id) FROM intent WHERE intent.item = i.id)
       WHERE i.state = 1 AND t.step = 4 AND t.state = 3 AND t.verdict = 'done')sql",
     "an item that counts as moved although its clone was detached"},

    {"forgotten_content",
     "SELECT 'item ' || id FROM item WHERE state IN (1, 2) AND (content <> '' OR cells <> '')",
     "an item that is done and still holds what its line said"},

    {"creating", R"sql(
       SELECT 'link ' || l.id FROM link l
         LEFT JOIN (SELECT i.link AS id, count(*) AS requests, max(t.generation) AS generation
                    FROM intent t JOIN item i ON i.id = t.item
                    WHERE t.state <> 3 AND t.step = 1 GROUP BY i.link) c ON c.id = l.id
       WHERE l.creating <> coalesce(c.requests, 0)
         OR (l.creating = 1 AND (l.target_customer <> '' OR c.generation <> l.generation)))sql",
     "a link that is being given a customer by no request, by several, by an old one, or although it has "
     "one"},

    // A new clone begins its attaching anew, under keys that name the clone.
    {"generations_rise", R"sql(
       SELECT 'intent ' || id FROM (
         SELECT id, step, generation, lag(generation) OVER (PARTITION BY item, step, clones ORDER BY id) AS before
         FROM (SELECT id, item, step, generation,
                 CASE step WHEN 0 THEN 0 ELSE
                   sum(CASE step WHEN 0 THEN 1 ELSE 0 END) OVER (PARTITION BY item ORDER BY id) END AS clones
               FROM intent) AS counted) AS followed
       WHERE step <> 1 AND generation <= before)sql",
     "a request under the idempotency key of an earlier, settled one"},

    // An amended line may name another customer: then the item's earlier creations were another link's, and
    // nothing says whose.
    {"creations_differ", R"sql(
       SELECT 'link ' || i.link FROM intent t JOIN item i ON i.id = t.item
       WHERE t.step = 1 AND i.link <> 0 AND NOT EXISTS(SELECT 1 FROM input WHERE amended > 0)
       GROUP BY i.link, t.generation HAVING count(*) > 1)sql",
     "a link with two creations of a customer under one idempotency key"},

    {"generation_known", R"sql(
       SELECT 'item ' || i.id FROM item i JOIN intent t ON t.item = i.id
       WHERE t.generation > CASE t.step WHEN 0 THEN i.clone_generation WHEN 2 THEN i.attach_generation
                                        WHEN 3 THEN i.default_generation WHEN 4 THEN i.detach_generation
                                        ELSE t.generation END)sql",
     "an item whose generation is behind its requests: the next one would repeat an old key"},

    {"balance", R"sql(
       SELECT 'input ' || n.id FROM input n JOIN (SELECT max(id) AS id FROM input GROUP BY job) p ON p.id = n.id
       WHERE n.read <> n.duplicate + (SELECT count(*) FROM entry e WHERE e.input = n.id)
                                   + (SELECT count(*) FROM reject r WHERE r.input = n.id))sql",
     "an input whose entries do not add up to what was read"},
};

}  // namespace

std::span<const CheckRule> check_rules() {
  return kRules;
}

}  // namespace payferry::ledger
