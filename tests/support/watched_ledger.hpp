#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ledger/ledger.hpp"

namespace payferry::test {

// A ledger seen from outside: how many of its answers are outstanding, what was asked in which order, and an
// error whenever a test wants one.
class WatchedLedger final : public ledger::Ledger {
 public:
  explicit WatchedLedger(std::unique_ptr<ledger::Ledger> inner) : inner_(std::move(inner)) {}

  int outstanding() const { return outstanding_; }
  // From now on every call answers this error.
  void break_with(Error error) { error_ = std::move(error); }
  // The next so many sending intents pass; the rest fail.
  void break_after_intents(int count, Error error) {
    intents_left_ = count;
    later_ = std::move(error);
  }

  std::vector<std::string> calls;

  Answer<ledger::InputState> begin_input(std::string job, std::string identity,
                                         std::vector<std::string> columns, bool from_start) override {
    return watch<ledger::InputState>("begin_input", inner_->begin_input(std::move(job), std::move(identity),
                                                                        std::move(columns), from_start));
  }
  Answer<ledger::InputState> reading_of(std::string job) override {
    return watch<ledger::InputState>("reading_of", inner_->reading_of(std::move(job)));
  }
  Answer<bool> serve(std::int64_t worker, Shards lanes) override {
    return watch<bool>("serve", inner_->serve(worker, lanes));
  }
  Answer<bool> begin_look(std::int64_t account_id) override {
    return watch<bool>("begin_look", inner_->begin_look(account_id));
  }
  Answer<bool> end_look(std::int64_t account_id) override {
    return watch<bool>("end_look", inner_->end_look(account_id));
  }
  Answer<ledger::Admitted> admit(std::shared_ptr<const ledger::Admission> admission) override {
    return watch<ledger::Admitted>("admit", inner_->admit(std::move(admission)));
  }
  Answer<bool> forget_earlier() override { return watch<bool>("forget_earlier", inner_->forget_earlier()); }
  Answer<std::vector<ledger::AccountState>> accounts() override {
    return watch<std::vector<ledger::AccountState>>("accounts", inner_->accounts());
  }
  Answer<std::vector<ledger::Work>> load(std::int64_t account_id, std::int64_t after,
                                         std::size_t limit) override {
    return watch<std::vector<ledger::Work>>("load", inner_->load(account_id, after, limit));
  }
  Answer<std::vector<ledger::AccountState>> begin_rollback(ledger::RollbackFilter filter) override {
    return watch<std::vector<ledger::AccountState>>("begin_rollback",
                                                    inner_->begin_rollback(std::move(filter)));
  }
  Answer<std::vector<ledger::Work>> load_attached(std::int64_t account_id, std::int64_t after,
                                                  std::size_t limit) override {
    return watch<std::vector<ledger::Work>>("load_attached", inner_->load_attached(account_id, after, limit));
  }
  Answer<ledger::RollbackTally> tally_rollback() override {
    return watch<ledger::RollbackTally>("tally_rollback", inner_->tally_rollback());
  }
  Answer<std::int64_t> present_input(std::string job) override {
    return watch<std::int64_t>("present_input", inner_->present_input(std::move(job)));
  }
  Answer<std::int64_t> intend(Intent intent, std::optional<Link> link) override {
    const std::string step(to_string(intent.step));
    if (later_ && intents_left_-- <= 0) error_ = later_;
    return watch<std::int64_t>("intend " + step, inner_->intend(std::move(intent), std::move(link)));
  }
  Answer<Link> reload_link(std::int64_t link_id) override {
    return watch<Link>("reload_link", inner_->reload_link(link_id));
  }
  Answer<ledger::SentBetween> lost_creations(std::int64_t account_id) override {
    return watch<ledger::SentBetween>("lost_creations", inner_->lost_creations(account_id));
  }
  Answer<bool> settle(ledger::Settlement settlement) override {
    return watch<bool>("settle", inner_->settle(std::move(settlement)));
  }
  Answer<std::int64_t> proceed(ledger::Settlement settlement, Intent next,
                               std::optional<Link> link) override {
    const std::string step(to_string(next.step));
    if (later_ && intents_left_-- <= 0) error_ = later_;
    return watch<std::int64_t>("proceed " + step,
                               inner_->proceed(std::move(settlement), std::move(next), std::move(link)));
  }
  Answer<ledger::Given> give_targets(std::shared_ptr<const std::vector<Counterpart>> counterparts) override {
    return watch<ledger::Given>("give_targets", inner_->give_targets(std::move(counterparts)));
  }
  Answer<std::string> customers_file(std::string job) override {
    return watch<std::string>("customers_file", inner_->customers_file(std::move(job)));
  }
  Answer<bool> note_customers_file(std::string job, std::string identity) override {
    return watch<bool>("note_customers_file",
                       inner_->note_customers_file(std::move(job), std::move(identity)));
  }
  Answer<ledger::AccountFacts> account_facts(std::int64_t account_id) override {
    return watch<ledger::AccountFacts>("account_facts", inner_->account_facts(account_id));
  }
  Answer<bool> names_any(std::int64_t account_id, std::vector<std::string> target_customers) override {
    return watch<bool>("names_any", inner_->names_any(account_id, std::move(target_customers)));
  }
  Answer<bool> note_seen(std::int64_t account_id, std::vector<ledger::SeenCustomer> seen) override {
    return watch<bool>("note_seen", inner_->note_seen(account_id, std::move(seen)));
  }
  Answer<ledger::LinkedSeen> link_seen(std::int64_t account_id, std::string after) override {
    return watch<ledger::LinkedSeen>("link_seen", inner_->link_seen(account_id, std::move(after)));
  }
  Answer<bool> note_looked(std::int64_t account_id, ledger::Looked looked) override {
    return watch<bool>("note_looked", inner_->note_looked(account_id, looked));
  }
  Answer<std::vector<std::string>> clones_among(std::int64_t account_id, std::vector<std::string> ids,
                                                std::int64_t except_item) override {
    return watch<std::vector<std::string>>("clones_among",
                                           inner_->clones_among(account_id, std::move(ids), except_item));
  }
  Answer<bool> block_account(std::int64_t account_id, std::string code, std::string message) override {
    return watch<bool>("block_account",
                       inner_->block_account(account_id, std::move(code), std::move(message)));
  }
  Answer<ledger::Renewed> renew_customers(ledger::RetryFilter filter) override {
    return watch<ledger::Renewed>("renew_customers", inner_->renew_customers(std::move(filter)));
  }
  Answer<std::int64_t> retry(ledger::RetryFilter filter) override {
    return watch<std::int64_t>("retry", inner_->retry(std::move(filter)));
  }
  Answer<std::int64_t> put_back(std::vector<std::int64_t> item_ids) override {
    return watch<std::int64_t>("put_back", inner_->put_back(std::move(item_ids)));
  }
  Answer<bool> note_steering(std::vector<ledger::SteeringRecord> records) override {
    return watch<bool>("note_steering", inner_->note_steering(std::move(records)));
  }
  Answer<std::int64_t> note_run(ledger::RunRecord record) override {
    return watch<std::int64_t>("note_run", inner_->note_run(std::move(record)));
  }
  Answer<bool> note_learnt(std::vector<ledger::LearntLimit> limits) override {
    return watch<bool>("note_learnt", inner_->note_learnt(std::move(limits)));
  }
  Answer<std::vector<ledger::LearntLimit>> learnt() override {
    return watch<std::vector<ledger::LearntLimit>>("learnt", inner_->learnt());
  }
  Answer<ledger::Tally> tally(std::int64_t input) override {
    return watch<ledger::Tally>("tally", inner_->tally(input));
  }
  void close() override { inner_->close(); }

 private:
  template <class T>
  Answer<T> watch(std::string call, Answer<T> answer) {
    calls.push_back(std::move(call));
    if (error_) co_return *error_;
    ++outstanding_;
    Result<T> result = co_await std::move(answer);
    --outstanding_;
    co_return result;
  }

  std::unique_ptr<ledger::Ledger> inner_;
  int outstanding_ = 0;
  std::optional<Error> error_;
  std::optional<Error> later_;
  int intents_left_ = 0;
};

}  // namespace payferry::test
