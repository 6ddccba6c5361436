#pragma once

#include <gtest/gtest.h>

#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <cstdlib>

#include "ledger/ledger.hpp"
#include "ledger/postgres.hpp"
#include "ledger/reader.hpp"
#include "ledger/sqlite.hpp"
#include "support/run_task.hpp"
#include "support/temp_folder.hpp"

namespace payferry::ledger::test {

using payferry::test::run_task;
using payferry::test::TempFolder;

// The server on which the ledgers of this program's tests are made; null: each is a file. run_on_postgres.py
// starts one.
inline const char* server() {
  return std::getenv("PAYFERRY_TEST_SERVER");
}

// A schema of its own on the server.
inline LedgerPlace fresh_server_place() {
  static int made = 0;
  const std::string name = "test_" + std::to_string(::getpid()) + "_" + std::to_string(++made);
  connect_postgres(*LedgerPlace::server(server()), "test")->execute(("CREATE SCHEMA " + name).c_str());
  return *LedgerPlace::server(std::string(server()) + "&options=-csearch_path%3D" + name);
}

// A ledger in a folder, or a schema, of its own, with coroutines that look like functions. What a known line
// changes is whatever the test says.
class LedgerTest : public testing::Test {
 protected:
  LedgerTest() { open(); }
  ~LedgerTest() override { close(); }

  AdmissionRules rules() {
    AdmissionRules rules;
    rules.with_links = with_links_;
    rules.start = [](const Entry& entry) {
      const bool excluded = entry.content.type == "excluded";
      return excluded ? AdmissionRules::Start{State::skipped, "type_excluded"} : AdmissionRules::Start{};
    };
    rules.meet = [this](const Known& known, const Entry&, const AdmissionRules::Start&) {
      met_.push_back(known);
      return meeting_;
    };
    return rules;
  }

  void open() {
    Result<RunLock> lock = RunLock::take(place_);
    ASSERT_TRUE(lock) << lock.error().message;
    auto on_commit = [this](const CommitStats& stats) { commits_.push_back(stats.operations); };
    Result<std::unique_ptr<Ledger>> opened =
        open_ledger(context_, std::move(*lock), {place_, owner_, rules(), on_commit});
    ASSERT_TRUE(opened) << opened.error().message;
    ledger_ = std::move(*opened);
  }
  void close() {
    if (ledger_) ledger_->close();
    ledger_.reset();
  }
  // What the ledger's thread has done, for whoever looks at the tables from elsewhere.
  void finish_tables() {
    if (ledger_) (void)ask(ledger_->accounts());
  }
  Result<std::unique_ptr<Reader>> open_reader(const LedgerPlace& place) {
    finish_tables();
    return ledger::open_reader(place);
  }
  // Another program's connection to the same ledger.
  std::unique_ptr<Database> beside() {
    finish_tables();
    if (!place_.is_file()) return connect_postgres(place_, "beside");
    return std::make_unique<SqliteDatabase>(path_.string(), SQLITE_OPEN_READWRITE);
  }
  // Whoever writes next waits until this connection's transaction ends.
  void hold_tables(Database& database) {
    if (!place_.is_file())
      database.execute("LOCK TABLE account, item, entry, input IN ACCESS EXCLUSIVE MODE");
  }
  void reopen() {
    close();
    open();
  }

  template <class T>
  Result<T> ask(Ledger::Answer<T> answer) {
    return run_task(context_, std::move(answer));
  }
  template <class T>
  T done(Ledger::Answer<T> answer) {
    Result<T> result = ask<T>(std::move(answer));
    if (!result) throw std::runtime_error(result.error().message);
    return std::move(*result);
  }

  std::int64_t begin(std::string identity = "file-1", std::string job = "job") {
    return done(ledger_->begin_input(std::move(job), std::move(identity), columns_, false)).id;
  }
  Entry entry(std::string customer, std::string method, std::string account = "acct_A") {
    Entry made;
    made.line = ++line_;
    made.account = std::move(account);
    made.customer = std::move(customer);
    made.payment_method = std::move(method);
    made.cells = std::make_shared<const std::string>("[\"" + made.customer + "\",\"" + made.payment_method +
                                                     "\",\"secret@example.com\"]");
    return made;
  }
  Admitted admit(std::int64_t input, std::vector<Entry> entries, std::vector<Reject> rejects = {}) {
    auto admission = std::make_shared<Admission>();
    admission->input = input;
    admission->entries = std::move(entries);
    admission->rejects = std::move(rejects);
    admission->lines = admission->entries.size() + admission->rejects.size();
    admission->read = admission->lines;
    admission->position = "after " + std::to_string(line_);
    return done(ledger_->admit(admission));
  }
  std::vector<Work> load(std::int64_t account = 1, std::int64_t after = 0, std::size_t limit = 100) {
    return done(ledger_->load(account, after, limit));
  }
  Work only() {
    std::vector<Work> found = load();
    if (found.size() != 1) throw std::runtime_error("not one open item");
    return found.front();
  }
  Tally tally(std::int64_t input) { return done(ledger_->tally(input)); }

  // An intent as plan/ would make it; the ledger does not look into it.
  static Intent intent_for(const Item& item, Step step, int generation = 0) {
    Intent intent;
    intent.item_id = item.id;
    intent.step = step;
    intent.generation = generation;
    intent.path = "/v1/path";
    intent.idempotency_key = "key-" + std::to_string(generation);
    intent.body = "email=secret%40example.com";
    intent.api_version = "2026";
    intent.key_digest = "digest";
    intent.first_sent = intent.last_sent = Stamp{1000, 100, "boot"};
    intent.sends = 1;
    return intent;
  }
  Intent intend(const Work& work, Step step, int generation = 0) {
    Intent intent = intent_for(work.item, step, generation);
    intent.id = done(ledger_->intend(intent, work.link));
    return intent;
  }
  void settle(const Item& item, std::optional<Intent> intent = {}, std::optional<Link> link = {},
              std::optional<std::string> account_lost = {}) {
    Settlement settlement;
    settlement.item = item;
    settlement.intent = std::move(intent);
    settlement.link = std::move(link);
    settlement.answered = Answered{400, "refused", "code", "message", "req_1", 1, 2};
    settlement.account_lost = std::move(account_lost);
    done(ledger_->settle(std::move(settlement)));
  }
  // Ends the item at the step in this state.
  void end(Work work, State state, Step step = Step::clone, std::string reason = "") {
    Intent intent = intend(work, step);
    intent.state = IntentState::settled;
    work.item.state = state;
    work.item.step = step;
    work.item.reason = std::move(reason);
    if (state == State::succeeded) work.item.clone_id = "pm_clone";
    settle(work.item, intent);
  }

  TempFolder folder_;
  std::filesystem::path path_ = folder_ / "sub/ledger.db";
  LedgerPlace place_ = server() ? fresh_server_place() : LedgerPlace(path_);
  Owner owner_{"acct_platform", Mode::test};
  bool with_links_ = true;
  Meeting meeting_ = Meeting::keep;
  std::vector<Known> met_;
  std::vector<std::size_t> commits_;
  std::vector<std::string> columns_{"customer", "payment_method", "email"};
  std::uint64_t line_ = 1;
  boost::asio::io_context context_{1};
  std::unique_ptr<Ledger> ledger_;
};

}  // namespace payferry::ledger::test
