#include "fuzz/sample_ledger.hpp"

#include <fstream>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "fuzz/check.hpp"
#include "ledger/admission.hpp"
#include "ledger/files.hpp"
#include "ledger/runs.hpp"
#include "ledger/work_store.hpp"

namespace payferry::fuzz {
namespace {

using ledger::Database;
using ledger::Settlement;
using ledger::Work;
using ledger::WorkStore;

constexpr std::int64_t kNow = 1'795'000'000'000;

Entry entry(std::uint64_t line, std::string account, std::string customer, std::string method) {
  Entry made;
  made.line = line;
  made.account = std::move(account);
  made.content.name = "Zoë Q";
  made.content.email = "zoe@example.com";
  made.content.metadata = {{"plan", "gold"}, {"seat", "7"}};
  made.content.is_default = true;
  made.cells = std::make_shared<const std::string>("[\"" + customer + "\",\"" + method + "\",\"Zoë Q\"]");
  made.customer = std::move(customer);
  made.payment_method = std::move(method);
  return made;
}

ledger::Admission first_admission(std::int64_t input) {
  ledger::Admission admission;
  admission.input = input;
  for (int i = 1; i <= 6; ++i)
    admission.entries.push_back(entry(static_cast<std::uint64_t>(i) + 1, "acct_A", "cus_" + std::to_string(i),
                                      "pm_" + std::to_string(i)));
  admission.entries.push_back(entry(8, "acct_B", "cus_1", "pm_1"));
  admission.entries.push_back(entry(9, "acct_A", "cus_6", "pm_6"));
  admission.rejects.push_back(
      {10, "acct_A", "customer_invalid", "column customer: no customer's id", nullptr});
  admission.lines = admission.read = 9;
  admission.position = "csv1:400:11:0123456789abcdef";
  return admission;
}

Intent intent(const Work& work, Step step, IntentState state) {
  Intent made;
  made.item_id = work.item.id;
  made.step = step;
  made.state = state;
  made.path = "/v1/payment_methods";
  made.idempotency_key = std::string(64, 'a');
  made.body = "customer=cus_1&payment_method=pm_1";
  made.api_version = "2026-09-30.endive";
  made.key_digest = "digest";
  made.first_sent = made.last_sent = Stamp{kNow, 1000, "boot"};
  made.sends = 1;
  return made;
}

void settle(WorkStore& store, const Work& work, std::optional<Intent> sent,
            std::optional<std::string> lost = {}) {
  Settlement settlement{work.item, work.link, {}, {}, std::move(lost)};
  if (sent) {
    const IntentState after = sent->state;
    sent->state = IntentState::open;
    sent->id = store.intend(*sent, {});
    sent->state = after;
    settlement.intent = sent;
    settlement.answered =
        Answered{402, "refused", "card_declined", "Your card was declined.", "req_1", kNow, 90};
  }
  store.settle(settlement, kNow);
}

void live(WorkStore& store) {
  std::vector<Work> found = store.load(1, 0, 10);
  require(found.size() == 6, "the sample's items can be loaded");
  Work& moved = found[0];
  moved.link->target_customer = "cus_new";
  moved.link->origin = Origin::created;
  moved.item.state = State::succeeded;
  moved.item.step = Step::create_customer;
  moved.item.clone_id = "pm_clone";
  moved.item.details = {"card", "fp", "4242", "visa", 12, 2030};
  settle(store, moved, intent(moved, Step::create_customer, IntentState::settled));
  Work& failed = found[1];
  failed.item.state = State::failed;
  failed.item.reason = "card_declined";
  failed.item.message = "Your card was declined.";
  settle(store, failed, intent(failed, Step::clone, IntentState::settled));
  Work& parked = found[2];
  parked.item.reason = "unknown";
  parked.item.orphans = 1;
  settle(store, parked, intent(parked, Step::clone, IntentState::unknown));
  Intent creating = intent(found[3], Step::create_customer, IntentState::open);
  store.intend(creating, found[3].link);
  Work& skipped = found[4];
  skipped.item.state = State::skipped;
  skipped.item.reason = "type_excluded";
  settle(store, skipped, {});
  settle(store, store.load(2, 0, 1).at(0), {}, "account_invalid");
}

// Small pages, so that few bytes hold all of it; no log beside the file.
void fill(Database& database) {
  ledger::CounterpartStore counterparts(database, sample_owner());
  ledger::AdmissionStore admission(database, sample_owner(), sample_rules(), counterparts);
  const ledger::InputState input =
      admission.begin_input(kSampleJob, "identity", {"customer", "payment_method", "name"}, false, kNow);
  admission.admit(first_admission(input.id));
  WorkStore work(database, nullptr);
  live(work);
  ledger::RunRecord run{0, kSampleJob, input.id, kNow, kNow + 1, 42, 4, "unfinished", "signal", "{}"};
  ledger::note_run(database, run);
}

}  // namespace

ledger::Owner sample_owner() {
  return {"acct_platform", Mode::test};
}

ledger::AdmissionRules sample_rules() {
  ledger::AdmissionRules rules;
  rules.start = [](const Entry&) { return ledger::AdmissionRules::Start{}; };
  rules.meet = [](const ledger::Known& known, const Entry&, const ledger::AdmissionRules::Start&) {
    if (known.same_content) return ledger::Meeting::keep;
    return known.state == State::failed ? ledger::Meeting::amend
           : known.untouched            ? ledger::Meeting::replace
                                        : ledger::Meeting::differs;
  };
  return rules;
}

ledger::Admission next_admission(std::int64_t input) {
  ledger::Admission admission;
  admission.input = input;
  admission.entries = {entry(2, "acct_A", "cus_1", "pm_1"), entry(3, "acct_A", "cus_2", "pm_2"),
                       entry(4, "acct_A", "cus_6", "pm_6"), entry(5, "acct_C", "cus_9", "pm_9")};
  for (Entry& each : admission.entries) each.content.phone = "+49";
  admission.lines = admission.read = 4;
  admission.position = "csv1:200:6:0123456789abcdef";
  admission.end = true;
  return admission;
}

std::string sample_ledger(const std::filesystem::path& path) {
  {
    const auto database = ledger::open_file_for_writing(path, sample_owner());
    require(database.has_value(), "the sample ledger can be made");
    fill(**database);
    (*database)->execute("PRAGMA journal_mode = DELETE; PRAGMA page_size = 512; VACUUM");
  }
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace payferry::fuzz
