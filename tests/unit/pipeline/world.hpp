#pragma once

#include <gtest/gtest.h>

#include "async/group.hpp"
#include "pipeline/account_guard.hpp"
#include "pipeline/directory.hpp"
#include "pipeline/feeder.hpp"
#include "plan/admission.hpp"
#include "support/fake_stripe.hpp"
#include "support/run_task.hpp"
#include "support/temp_folder.hpp"
#include "support/watched_ledger.hpp"

namespace payferry::pipeline::test {

using namespace payferry::test;

// What was told, in words.
class Diary final : public Events {
 public:
  void admitted(const ledger::Admission&, const ledger::Admitted&) override {}
  void answered(const std::string&, Endpoint, const stripe::Exchange&,
                const stripe::Verdict& verdict) override {
    kinds.push_back(verdict.kind);
  }
  void sent_again(Endpoint) override { ++again; }
  void no_connection(const Error&) override { ++without_connection; }
  void ended(const Item& item) override {
    ends.push_back(item.payment_method + " " + std::string(to_string(item.state)) +
                   (item.reason.empty() ? "" : " " + item.reason));
  }
  void parked(const Item& item) override { parks.push_back(item.payment_method + " " + item.reason); }
  void account_lost(const std::string& account, const stripe::Verdict&) override { lost.push_back(account); }
  void several_customers(const std::string&, const std::string&, const std::string& taken, int) override {
    several.push_back(taken);
  }
  void account_found(const std::string& account) override { found.push_back(account); }

  void remarked(const std::string& account, const plan::Remark& remark, bool blocks) override {
    remarks.push_back(account + " " + remark.code + (blocks ? " blocks" : ""));
  }
  void breaker(const std::string& account, plan::Breakers::Act act, Nanoseconds pause) override {
    using Act = plan::Breakers::Act;
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(pause).count();
    breakers.push_back(account + (act == Act::hold      ? " " + std::to_string(seconds)
                                  : act == Act::release ? " closed"
                                                        : " left"));
  }

  std::vector<stripe::Kind> kinds;
  std::vector<std::string> ends, parks, lost, found, several, remarks, breakers;
  int again = 0, without_connection = 0;
};

// One run over what is open: what a process holds, and loses when it ends.
struct OneRun {
  OneRun(boost::asio::io_context& context, FakeTime& time, ledger::Ledger& ledger, stripe::Client& client,
         const plan::Rules& rules, std::optional<std::uint64_t> limit, Selection selection)
      : gate(context, time, fast()),
        canary(limit),
        stripe_time(time.clock(), [](std::int64_t) {}),
        shared{rules,      std::chrono::seconds(1),
               false,      time,
               ledger,     client,
               gate,       events,
               brake,      stop,
               canary,     random,
               stripe_time},
        directory(shared),
        feeder(context, shared, std::move(selection), 64),
        services(context, time) {
    shared.directory = &directory;
    stop.on_stop([this] {
      gate.stop();
      feeder.wake();
    });
  }

  static throttle::Controls fast() {
    throttle::Controls controls;
    controls.global = controls.endpoint = 10'000;
    return controls;
  }

  async::Task<void> main() {
    const auto accounts = co_await shared.ledger.accounts();
    if (accounts) {
      for (const ledger::AccountState& account : *accounts)
        if (account.has_open) feeder.open(account.id, account.account, account.lost, 1);
    }
    feeder.intake_ended();
    services.spawn(gate.run());
    co_await feeder.run();
    gate.stop();
    co_await services.wait();
  }

  Diary events;
  plan::Brake brake;
  Stop stop;
  Gate gate;
  Canary canary;
  throttle::Random random{1};
  StripeTime stripe_time;
  Shared shared;
  Directory directory;
  Feeder feeder;
  async::Group services;
};

class WorldTest : public testing::Test {
 protected:
  WorldTest() {
    rules_.types = {"card"};
    rules_.attempts = 3;
    rules_.api_version = "2026-09-30.endive";
    rules_.key_digest = "key-1";
    open_ledger();
  }
  ~WorldTest() override { close_ledger(); }

  void open_ledger() {
    Result<ledger::RunLock> lock = ledger::RunLock::take(path_);
    ASSERT_TRUE(lock) << lock.error().message;
    Result<std::unique_ptr<ledger::Ledger>> opened =
        ledger::open_ledger(context_, std::move(*lock),
                            {path_, {"acct_platform", Mode::test}, plan::admission_rules(rules_), {}});
    ASSERT_TRUE(opened) << opened.error().message;
    ledger_ = std::make_unique<WatchedLedger>(std::move(*opened));
    input_ = drive(ledger_->begin_input("job", "file", {"customer", "payment_method"}, false))->id;
  }
  void close_ledger() {
    if (ledger_) ledger_->close();
    ledger_.reset();
  }

  // Runs a task to its end. Time stands still while the ledger's thread has something to do, and jumps to the
  // next alarm when nobody has.
  template <class T>
  T drive(async::Task<T> task) {
    Started<T> started(context_, std::move(task));
    for (;;) {
      context_.restart();
      if (context_.poll() > 0) continue;
      if (started.done()) return started.take();
      if (!ledger_ || ledger_->outstanding() > 0)
        context_.run_one();
      else if (!time_.advance_to_next() && !started.done() && ledger_->outstanding() == 0)
        throw std::logic_error("nobody waits for anything, and the task has not ended");
    }
  }

  Entry line(std::string customer, std::string method, std::string account = "acct_A") {
    Entry entry;
    entry.line = ++line_;
    entry.account = std::move(account);
    entry.customer = std::move(customer);
    entry.payment_method = std::move(method);
    return entry;
  }
  void admit(std::vector<Entry> entries) {
    auto admission = std::make_shared<ledger::Admission>();
    admission->input = input_;
    admission->read = admission->lines = entries.size();
    admission->entries = std::move(entries);
    admission->end = true;
    ASSERT_TRUE(drive(ledger_->admit(admission)));
  }
  // One run of the worker over everything that is open.
  OneRun& run(std::optional<std::uint64_t> limit = std::nullopt, Selection selection = {}) {
    run_ = std::make_unique<OneRun>(context_, time_, *ledger_, stripe_, rules_, limit, std::move(selection));
    if (on_run_) on_run_(*run_);
    drive(run_->main());
    return *run_;
  }
  ledger::Tally tally() { return *drive(ledger_->tally(input_)); }
  std::vector<ledger::Work> open_items(std::int64_t account = 1) {
    return *drive(ledger_->load(account, 0, 1000));
  }
  std::string counts() {
    const ledger::Tally tally = this->tally();
    EXPECT_TRUE(tally.balanced());
    std::string words;
    for (const State state : kStates)
      if (tally.count(state) > 0)
        words += (words.empty() ? "" : " ") + std::string(to_string(state)) + "=" +
                 std::to_string(tally.count(state));
    return words;
  }
  std::string endpoints() const {
    std::string words;
    for (const stripe::Request& request : stripe_.requests)
      words += (words.empty() ? "" : " ") + std::string(to_string(request.endpoint));
    return words;
  }

  TempFolder folder_;
  std::filesystem::path path_ = folder_ / "ledger.db";
  boost::asio::io_context context_{1};
  FakeTime time_{context_};
  FakeStripe stripe_{time_};
  plan::Rules rules_;
  std::unique_ptr<WatchedLedger> ledger_;
  std::int64_t input_ = 0;
  std::uint64_t line_ = 1;
  std::function<void(OneRun&)> on_run_;
  std::unique_ptr<OneRun> run_;
};

}  // namespace payferry::pipeline::test
