#include "ledger/known_items.hpp"

#include "ledger/content.hpp"

namespace payferry::ledger {
namespace {

// What has ended is most of a ledger, and its requests are not looked at.
std::string known_item(const char* where) {
  return std::string(R"sql(
    SELECT id, state, step, reason,
      CASE WHEN clone_id <> '' THEN 0 WHEN EXISTS(SELECT 1 FROM intent t WHERE t.item = item.id) THEN 0 ELSE 1 END,
      content_digest,
      CASE WHEN state <> 0 AND step <> 4 THEN 1
        WHEN EXISTS(SELECT 1 FROM intent t WHERE t.item = item.id AND t.state IN (0, 2)) THEN 0 ELSE 1 END,
      link, clone_id <> '', type FROM item
    WHERE )sql") +
         where;
}

}  // namespace

KnownItems::KnownItems(Database& database, Owner owner)
    : owner_(std::move(owner)),
      find_(database, known_item("identity = ?").c_str()),
      guess_(database, known_item("id = ? AND account = ? AND payment_method = ?").c_str()),
      again_(database, known_item("id = ?").c_str()) {}

// Known lines mostly come in the order in which they were admitted: the row after the last one is at hand,
// where finding it by its digest reads a page from anywhere in an index that is larger than memory.
std::optional<KnownItems::Found> KnownItems::find(std::int64_t account, const Entry& entry) {
  if (last_met_ != 0) {
    guess_.bind(last_met_ + 1, account, entry.payment_method);
    last_met_ = 0;
    if (std::optional<Found> guessed = read(guess_, entry)) return guessed;
  }
  identity_ =
      identity_of({"item", owner_.platform, to_string(owner_.mode), entry.account, entry.payment_method});
  find_.bind(identity_);
  return read(find_, entry);
}

KnownItems::Found KnownItems::again(std::int64_t item, const Entry& entry) {
  again_.bind(item);
  return read(again_, entry).value_or(Found{});
}

std::optional<KnownItems::Found> KnownItems::read(Statement& row, const Entry& entry) {
  if (!row.next()) return std::nullopt;
  Found found;
  found.id = row.integer(0);
  found.known.state = row.word(1, State::blocked);
  found.known.step = row.word(2, Step::detach);
  found.known.reason = row.text(3);
  found.known.untouched = row.integer(4) != 0;
  found.known.same_content = row.integer(5) == digest_of(entry);
  found.known.at_rest = row.integer(6) != 0;
  found.link = row.integer(7);
  found.has_clone = row.integer(8) != 0;
  found.type = row.text(9);
  row.reset();
  last_met_ = found.id;
  return found;
}

// A customer that Stripe does not know holds no clone, unless it was deleted after it got some: a line that
// was mended may name another.
Naming meet_link(const KnownLink& link, const std::string& wanted) {
  if (wanted.empty() || wanted == link.target_customer) return Naming::agrees;
  if (!link.target_customer.empty() && !link.may_change) return Naming::contradicts;
  return link.creating ? Naming::contradicts : Naming::takes;
}

}  // namespace payferry::ledger
