#include "ledger/draft.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>

#include "ledger/admission.hpp"
#include "ledger/files.hpp"
#include "ledger/work_store.hpp"
#include "support/temp_folder.hpp"

namespace payferry::ledger {
namespace {

constexpr int kItems = 40;
const Owner kOwner{"acct_platform", Mode::test};

AdmissionRules rules() {
  AdmissionRules made;
  made.start = [](const Entry&) { return AdmissionRules::Start{}; };
  made.meet = [](const Known&, const Entry&, const AdmissionRules::Start&) { return Meeting::keep; };
  return made;
}

// A ledger of forty items, whose outcomes go to a draft or to the tables.
class OneLedger {
 public:
  OneLedger(const std::filesystem::path& path, bool with_draft)
      : path_(path), database_(*open_file_for_writing(path, kOwner)) {
    admit();
    if (with_draft) draft_.emplace(*database_).begin();
    work_.emplace(*database_, draft_ ? &*draft_ : nullptr);
  }

  Database& database() { return *database_; }
  WorkStore& work() { return *work_; }
  std::optional<Draft>& draft() { return draft_; }

  // What whoever comes after a kill finds.
  std::unique_ptr<Database> copy() {
    const std::string file = path_.string() + ".copy";
    std::filesystem::remove(file);
    database_->execute(("VACUUM INTO '" + file + "'").c_str());
    auto made = std::make_unique<SqliteDatabase>(file, SQLITE_OPEN_READWRITE);
    take_up_journal(*made);
    return made;
  }

 private:
  void admit() {
    CounterpartStore counterparts(*database_, kOwner);
    AdmissionStore admission(*database_, kOwner, rules(), counterparts);
    database_->begin();
    Admission all;
    all.input = admission.begin_input("job", "identity", {"customer"}, false, 1).id;
    for (int i = 0; i < kItems; ++i) {
      Entry entry;
      entry.line = static_cast<std::uint64_t>(i) + 2;
      entry.account = i % 3 == 0 ? "acct_A" : "acct_B";
      entry.customer = "cus_" + std::to_string(i / 4);
      entry.payment_method = "pm_" + std::to_string(i);
      entry.content.name = "Zoë";
      entry.cells = std::make_shared<const std::string>("[\"secret\"]");
      all.entries.push_back(entry);
    }
    admission.admit(all);
    database_->commit();
  }

  std::filesystem::path path_;
  std::unique_ptr<SqliteDatabase> database_;
  std::optional<Draft> draft_;
  std::optional<WorkStore> work_;
};

std::vector<std::string> rows_of(Database& database) {
  std::vector<std::string> rows;
  for (const char* table : {"account", "item", "link", "intent"}) {
    Statement all(database, (std::string("SELECT * FROM ") + table + " ORDER BY id").c_str());
    for (all.bind(); all.next();) {
      std::string row = table;
      for (int column = 0; column < all.columns(); ++column)
        row += std::string(" ") + all.name(column) + "=" +
               (std::string_view(all.name(column)) == "identity" ? "" : all.text(column));
      rows.push_back(row);
    }
  }
  return rows;
}

std::vector<std::string> words_of(const std::vector<Work>& found) {
  std::vector<std::string> words;
  for (const Work& work : found) {
    const Link& link = work.link.value();
    const std::string intent = work.intent ? std::to_string(work.intent->id) : "";
    words.push_back(std::to_string(work.item.id) + ' ' + work.item.clone_id + ' ' + intent + ' ' +
                    std::to_string(link.id) + ' ' + link.target_customer + ' ' +
                    std::to_string(link.generation) + ' ' + std::to_string(link.creating) + ' ' +
                    link.refused_code + ' ' + std::to_string(static_cast<int>(link.origin)));
  }
  return words;
}

// The same moves of the same items on both, drawn by lot, also those that no plan makes.
class DraftTest : public testing::TestWithParam<unsigned> {
 protected:
  DraftTest() : chance_(GetParam()) {
    for (std::int64_t account : {1, 2})
      for (Work& work : direct_.work().load(account, 0, kItems)) {
        if (work.link) known_links_[work.link->id] = *work.link;
        works_.push_back(std::move(work));
      }
  }

  bool once_in(int times) { return std::uniform_int_distribution(1, times)(chance_) == 1; }

  template <class Do>
  void on_both(Do what) {
    for (OneLedger* ledger : {&direct_, &drafted_}) {
      ledger->database().begin();
      what(*ledger);
      if (ledger->draft()) once_in(8) ? ledger->draft()->flush() : ledger->draft()->keep();
      ledger->database().commit();
    }
  }

  void ask(Work& work) {
    Intent intent;
    intent.item_id = work.item.id;
    intent.step = once_in(2) ? Step::clone : once_in(2) ? Step::create_customer : Step::attach;
    const Link link = known_links_[work.item.link_id];
    intent.generation = link.generation + (once_in(4) ? 1 : 0);
    intent.path = "/v1/path";
    intent.idempotency_key = "key";
    intent.body = "customer=" + work.item.customer;
    intent.first_sent = intent.last_sent = {1000, 5, "boot"};
    intent.sends = 1;
    std::vector<std::int64_t> ids;
    on_both([&](OneLedger& ledger) {
      Intent given = intent;
      ids.push_back(ledger.work().intend(given, link));
    });
    ASSERT_EQ(ids[0], ids[1]);
    if (ids[0] == 0) return;
    intent.id = ids[0];
    work.intent = intent;
  }

  void ask_again(Work& work) {
    work.intent->sends += 1;
    work.intent->last_sent.wall_ms += 1000;
    on_both([&](OneLedger& ledger) {
      Intent given = *work.intent;
      EXPECT_EQ(ledger.work().intend(given, {}), work.intent->id);
    });
  }

  void end(Work& work) {
    Settlement settlement;
    Item& item = work.item;
    work.intent->attempts += 1;
    work.intent->state = once_in(3) ? IntentState::unknown : IntentState::settled;
    const bool settled = work.intent->state == IntentState::settled;
    item.clone_id = settled ? "pm_c" + std::to_string(work.intent->id) : item.clone_id;
    item.details = {"card", "fp", "4242", "visa", 12, 2030};
    item.step = work.intent->step;
    if (settled && once_in(3)) item.state = once_in(2) ? State::succeeded : State::failed;
    item.failed_with_link = item.state == State::failed && once_in(2);
    item.reason = item.state == State::failed ? "card_declined" : "";
    if (settled && once_in(2)) {
      Link& link = known_links_[item.link_id];
      link.generation += 1;
      link.target_customer = once_in(2) ? "cus_t" : "";
      link.origin = Origin::created;
      link.refused_code = once_in(2) ? "email_invalid" : "";
      settlement.link = link;
    }
    settlement.item = item;
    settlement.intent = work.intent;
    if (once_in(4)) settlement.account_lost = once_in(2) ? "account_invalid" : "";
    settlement.answered = Answered{200, "done", "", "words", "req_1", 3, 4};
    on_both([&](OneLedger& ledger) {
      Settlement given = settlement;
      ledger.work().settle(given, 7);
    });
    if (settled) work.intent.reset();
  }

  void step() {
    Work& work = works_[std::uniform_int_distribution<std::size_t>(0, works_.size() - 1)(chance_)];
    if (work.item.state != State::pending) return;
    if (!work.intent) return ask(work);
    once_in(5) ? ask_again(work) : end(work);
  }

  test::TempFolder folder_;
  std::mt19937 chance_;
  OneLedger direct_{folder_ / "direct.db", false}, drafted_{folder_ / "drafted.db", true};
  std::vector<Work> works_;
  std::map<std::int64_t, Link> known_links_;
};

TEST_P(DraftTest, what_a_kill_leaves_is_what_the_tables_would_have) {
  for (int round = 0; round < 30; ++round) {
    for (int at = 0; at < 8; ++at) step();
    ASSERT_EQ(rows_of(*drafted_.copy()), rows_of(direct_.database())) << round;
  }
  drafted_.database().begin();
  drafted_.draft()->flush();
  drafted_.database().commit();
  EXPECT_EQ(rows_of(drafted_.database()), rows_of(direct_.database()));
}

TEST_P(DraftTest, what_is_loaded_knows_what_is_in_it) {
  for (int round = 0; round < 60; ++round) {
    for (int at = 0; at < 3; ++at) step();
    const auto after = std::uniform_int_distribution<std::int64_t>(0, kItems)(chance_);
    const auto most = std::uniform_int_distribution<std::size_t>(1, kItems)(chance_);
    std::vector<std::vector<std::string>> words;
    on_both([&](OneLedger& ledger) { words.push_back(words_of(ledger.work().load(2, after, most))); });
    ASSERT_EQ(words[0], words[1]) << round;
  }
}

// With thousands of accounts their loads come one after the other, and would each write what it gathered.
TEST_P(DraftTest, to_load_another_account_leaves_it_as_it_is) {
  Work& work = works_.front();
  ASSERT_EQ(work.item.account_id, 1);
  Intent intent;
  intent.item_id = work.item.id;
  drafted_.work().intend(intent, {});
  drafted_.work().load(2, 0, kItems);
  EXPECT_TRUE(drafted_.draft()->due());
  drafted_.work().load(1, work.item.id, kItems);
  EXPECT_TRUE(drafted_.draft()->due());
  EXPECT_TRUE(drafted_.work().load(1, 0, kItems).front().intent);
  EXPECT_FALSE(drafted_.draft()->due());
}

INSTANTIATE_TEST_SUITE_P(Lots, DraftTest, testing::Range(1U, 9U));

}  // namespace
}  // namespace payferry::ledger
