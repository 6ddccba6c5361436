#include "pipeline/survey_links.hpp"

#include <algorithm>

#include "plan/existing.hpp"

namespace payferry::pipeline::surveying {
namespace {

// What of one customer is in memory at once; about what a run admits together.
constexpr std::size_t kTogether = 4000;

// Digests stand for ids where only their being equal counts.
std::string as_text(std::uint64_t digest) {
  return digest == 0 ? std::string() : std::string(reinterpret_cast<const char*>(&digest), sizeof digest);
}

}  // namespace

void LinkFold::take(const LinkRow& row) {
  if (!open_ || row.link != link_digest_) {
    finish();
    begin(row);
  }
  if (rows_.size() == kTogether) settle();
  rows_.push_back(row);
}

void LinkFold::finish() {
  if (!open_) return;
  settle();
  std::uint64_t& longest = book_.survey().load.longest_lane;
  longest = std::max(longest, lane_calls_);
  open_ = false;
}

void LinkFold::begin(const LinkRow& row) {
  open_ = true;
  link_digest_ = row.link;
  lane_calls_ = 0;
  listed_ = false;
  known_ = ledger::KnownLink();
  known_.target_customer = as_text(row.link_target);
  known_.origin = row.origin;
  known_.creating = row.is(LinkRow::link_creating);
  known_.may_change = row.is(LinkRow::link_may_change);
  known_.refused = row.is(LinkRow::link_refused);
}

// What lines say of their customer counts before anything is sent: they are admitted together.
void LinkFold::settle() {
  std::vector<LinkRow> moving;
  for (const LinkRow& row : rows_) {
    if (row.is(LinkRow::given))
      give(row);
    else if (!row.is(LinkRow::from_line) || name(row))
      moving.push_back(row);
    else
      reject(row);
  }
  link_ = Link();
  link_.target_customer = known_.target_customer;
  link_.origin = known_.origin;
  if (known_.refused) link_.refused_code = "refused";
  for (const LinkRow& row : moving) move(row);
  known_.target_customer = link_.target_customer;
  known_.origin = link_.origin;
  rows_.clear();
}

void LinkFold::give(const LinkRow& row) {
  if (!known_.target_customer.empty() || known_.creating) return;
  known_.target_customer = as_text(row.names);
  known_.origin = Origin::reused;
}

// False: the line contradicts its link.
bool LinkFold::name(const LinkRow& row) {
  if (row.is(LinkRow::retried)) known_.refused = false;
  const std::string wanted = as_text(row.names);
  switch (ledger::meet_link(known_, wanted)) {
    case ledger::Naming::agrees:
      return true;
    case ledger::Naming::contradicts:
      return false;
    case ledger::Naming::takes:
      break;
  }
  known_.target_customer = wanted;
  known_.origin = Origin::reused;
  known_.refused = known_.may_change = false;
  return true;
}

void LinkFold::move(const LinkRow& row) {
  SurveyedAccount& account = book_.account(row.account);
  Item item;
  item.content.is_default = row.is(LinkRow::is_default);
  item.content.type = book_.type(row.type);
  item.step = row.step;
  if (row.is(LinkRow::has_clone)) {
    item.clone_id = "kept";
    item.details.type = item.content.type;
  }
  if (account.lost && !row.is(LinkRow::may_be_executed)) {
    item.state = State::blocked;
    return count(row, item);
  }
  Link* link = rules_.with_links() ? &link_ : nullptr;
  const bool had_none = link && link->target_customer.empty();
  // A clone that is not made yet is taken for one that can be compared.
  Item cloned = item;
  if (cloned.clone_id.empty()) cloned.clone_id = cloned.details.fingerprint = "made";
  if (row.is(LinkRow::has_clone)) cloned.details.fingerprint = "kept";
  plan::Calls calls{};
  plan::foresee(item, link, rules_, calls);
  lane_calls_ += plan::sum_of(calls);
  if (!listed_ && plan::of(calls, Endpoint::attach) > 0 && plan::wants_existing(cloned, link, rules_)) {
    listed_ = true;
    ++plan::of(calls, Endpoint::list_payment_methods);
  }
  if (looks_for_customers_ && had_none && plan::of(calls, Endpoint::create_customer) > 0)
    ++book_.survey().links_found_later;
  plan::add(account.calls, calls);
  count(row, item);
}

void LinkFold::count(const LinkRow& row, const Item& item) {
  Survey& survey = book_.survey();
  const bool moves = item.state == State::succeeded;
  if (moves && item.content.type == "us_bank_account") ++survey.bank_accounts;
  if (moves && item.content.type.empty()) ++survey.unknown_types;
  if (row.is(LinkRow::elsewhere)) {
    ++survey.elsewhere;
    return;
  }
  Decision decision = row.is(LinkRow::begun) ? Decision::pending : Decision::clone;
  if (item.state == State::failed) decision = Decision::failed;
  if (item.state == State::skipped) decision = Decision::skipped;
  if (item.state == State::blocked) decision = Decision::blocked;
  if (item.state == State::failed) ++survey.failures[item.reason];
  book_.count(row.account, row.type, decision);
  if (row.duplicates > 0) book_.count(row.account, row.type, Decision::duplicate, row.duplicates);
}

void LinkFold::reject(const LinkRow& row) {
  const std::uint64_t entries = std::uint64_t{1} + row.duplicates;
  book_.count(row.account, row.type, Decision::rejected, entries);
  book_.bad("target_customer_conflict",
            "target_customer: the customer has another one on the account already, or gets one; leave the "
            "cell empty or name that one",
            line_of(row.order), entries);
}

}  // namespace payferry::pipeline::surveying
