#include <boost/asio/async_result.hpp>
#include <chrono>

#include "ledger/count.hpp"
#include "ledger/fleet.hpp"
#include "ledger/learnt.hpp"
#include "ledger/ledger.hpp"
#include "ledger/opening.hpp"
#include "ledger/renew.hpp"
#include "ledger/rollback.hpp"
#include "ledger/runs.hpp"
#include "ledger/writer.hpp"

namespace payferry::ledger {
namespace {

// Without the boot clock of a whole stamp.
std::int64_t wall_ms() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

class StoredLedger final : public Ledger {
 public:
  explicit StoredLedger(std::unique_ptr<Writer> writer) : writer_(std::move(writer)) {}

  Answer<InputState> begin_input(std::string job, std::string identity, std::vector<std::string> columns,
                                 bool from_start) override {
    return submit_admission<InputState>([=, now = wall_ms()](Store& store) {
      return store.admission.begin_input(job, identity, columns, from_start, now);
    });
  }

  Answer<Admitted> admit(std::shared_ptr<const Admission> admission) override {
    return submit_admission<Admitted>([admission, now = wall_ms()](Store& store) {
      Admitted counts = store.admission.admit(*admission);
      if (store.worker != 0) tell_opened(store.database, store.worker, counts, now);
      return counts;
    });
  }

  Answer<InputState> reading_of(std::string job) override {
    return submit<InputState>([=](Store& store) { return store.admission.reading_of(job); });
  }

  Answer<bool> serve(std::int64_t worker, Shards lanes) override {
    return submit<bool>([=](Store& store) {
      store.worker = worker;
      store.work.serve(lanes);
      store.admission.serve(lanes);
      return true;
    });
  }

  Answer<bool> begin_look(std::int64_t account_id) override {
    return submit<bool>([=](Store& store) {
      return store.worker == 0 || ledger::begin_look(store.database, store.worker, account_id);
    });
  }

  Answer<bool> end_look(std::int64_t account_id) override {
    return submit<bool>([=](Store& store) {
      if (store.worker != 0) ledger::end_look(store.database, store.worker, account_id);
      return true;
    });
  }

  Answer<bool> forget_earlier() override {
    constexpr std::size_t kAtATime = 20'000;
    return submit<bool>([](Store& store) { return store.admission.forget_earlier(kAtATime); });
  }

  Answer<std::vector<AccountState>> accounts() override {
    return submit<std::vector<AccountState>>([](Store& store) { return store.work.accounts(); });
  }

  Answer<std::vector<Work>> load(std::int64_t account_id, std::int64_t after, std::size_t limit) override {
    return submit_drafted<std::vector<Work>>(
        [=](Store& store) { return store.work.load(account_id, after, limit); });
  }

  Answer<std::int64_t> intend(Intent intent, std::optional<Link> link) override {
    const auto kept = std::make_shared<Intended>(std::move(intent), std::move(link));
    return submit_drafted<std::int64_t>(
        [kept](Store& store) { return store.work.intend(kept->intent, kept->link); });
  }

  Answer<Link> reload_link(std::int64_t link_id) override {
    return submit<Link>([link_id](Store& store) { return store.work.reload_link(link_id); });
  }

  Answer<SentBetween> lost_creations(std::int64_t account_id) override {
    return submit<SentBetween>([account_id](Store& store) { return store.work.lost_creations(account_id); });
  }

  Answer<bool> settle(Settlement settlement) override {
    const auto kept = std::make_shared<Settlement>(std::move(settlement));
    return submit_drafted<bool>([kept, now = wall_ms()](Store& store) {
      store.work.settle(*kept, now);
      return true;
    });
  }

  Answer<std::int64_t> proceed(Settlement settlement, Intent next, std::optional<Link> link) override {
    const auto kept = std::make_shared<Proceeded>(std::move(settlement), std::move(next), std::move(link));
    return submit_drafted<std::int64_t>([kept, now = wall_ms()](Store& store) {
      store.work.settle(kept->outcome, now);
      return store.work.intend(kept->next.intent, kept->next.link);
    });
  }

  Answer<bool> block_account(std::int64_t account_id, std::string code, std::string message) override {
    return submit<bool>([=, now = wall_ms()](Store& store) {
      store.work.block_account(account_id, code, message, now);
      return true;
    });
  }

  Answer<Given> give_targets(std::shared_ptr<const std::vector<Counterpart>> counterparts) override {
    return submit_admission<Given>(
        [counterparts](Store& store) { return store.counterparts.give_targets(*counterparts); });
  }

  Answer<std::string> customers_file(std::string job) override {
    return submit<std::string>([=](Store& store) { return store.counterparts.customers_file(job); });
  }

  Answer<bool> note_customers_file(std::string job, std::string identity) override {
    return submit<bool>([=](Store& store) {
      store.counterparts.note_customers_file(job, identity);
      return true;
    });
  }

  Answer<AccountFacts> account_facts(std::int64_t account_id) override {
    return submit<AccountFacts>([=](Store& store) { return store.counterparts.facts(account_id); });
  }

  Answer<bool> names_any(std::int64_t account_id, std::vector<std::string> target_customers) override {
    return submit<bool>([account_id, targets = std::move(target_customers)](Store& store) {
      return store.counterparts.names_any(account_id, targets);
    });
  }

  Answer<bool> note_seen(std::int64_t account_id, std::vector<SeenCustomer> seen) override {
    return submit<bool>([account_id, seen = std::move(seen)](Store& store) {
      store.counterparts.note_seen(account_id, seen);
      return true;
    });
  }

  Answer<LinkedSeen> link_seen(std::int64_t account_id, std::string after) override {
    constexpr std::size_t kAtATime = 2000;
    return submit<LinkedSeen>([account_id, after = std::move(after)](Store& store) {
      return store.counterparts.link_seen(account_id, after, kAtATime);
    });
  }

  Answer<bool> note_looked(std::int64_t account_id, Looked looked) override {
    return submit<bool>([=](Store& store) {
      store.counterparts.note_looked(account_id, looked);
      return true;
    });
  }

  Answer<std::vector<std::string>> clones_among(std::int64_t account_id, std::vector<std::string> ids,
                                                std::int64_t except_item) override {
    return submit<std::vector<std::string>>([account_id, ids = std::move(ids), except_item](Store& store) {
      return store.counterparts.clones_among(account_id, ids, except_item);
    });
  }

  Answer<std::int64_t> retry(RetryFilter filter) override {
    return submit<std::int64_t>(
        [filter = std::move(filter)](Store& store) { return store.work.retry(filter); });
  }

  Answer<Renewed> renew_customers(RetryFilter filter) override {
    return submit<Renewed>([filter = std::move(filter)](Store& store) {
      return ledger::renew_customers(store.database, filter);
    });
  }

  Answer<std::int64_t> put_back(std::vector<std::int64_t> item_ids) override {
    return submit<std::int64_t>(
        [items = std::move(item_ids)](Store& store) { return store.work.put_back(items); });
  }

  Answer<std::vector<AccountState>> begin_rollback(RollbackFilter filter) override {
    return submit<std::vector<AccountState>>([filter = std::move(filter)](Store& store) {
      return ledger::begin_rollback(store.database, filter);
    });
  }

  Answer<std::vector<Work>> load_attached(std::int64_t account_id, std::int64_t after,
                                          std::size_t limit) override {
    return submit<std::vector<Work>>(
        [=](Store& store) { return store.work.load_attached(account_id, after, limit); });
  }

  Answer<RollbackTally> tally_rollback() override {
    return submit<RollbackTally>([](Store& store) { return ledger::tally_rollback(store.database); });
  }

  Answer<std::int64_t> present_input(std::string job) override {
    return submit<std::int64_t>([=](Store& store) { return ledger::present_input(store.database, job); });
  }

  Answer<std::int64_t> note_run(RunRecord record) override {
    return submit<std::int64_t>(
        [record = std::move(record)](Store& store) { return ledger::note_run(store.database, record); });
  }

  Answer<bool> note_steering(std::vector<SteeringRecord> records) override {
    return submit<bool>([records = std::move(records)](Store& store) {
      ledger::note_steering(store.database, records);
      return true;
    });
  }

  Answer<bool> note_learnt(std::vector<LearntLimit> limits) override {
    return submit<bool>([limits = std::move(limits)](Store& store) {
      ledger::note_learnt(store.database, limits);
      return true;
    });
  }

  Answer<std::vector<LearntLimit>> learnt() override {
    return submit<std::vector<LearntLimit>>([](Store& store) { return ledger::learnt(store.database); });
  }

  Answer<Tally> tally(std::int64_t input) override {
    return submit<Tally>([input](Store& store) { return count(store.database, input); });
  }

  void close() override { writer_->close(); }

 private:
  // What many operations carry, in one place: on its way to the ledger's thread an operation is moved often.
  struct Intended {
    Intended(Intent&& what, std::optional<Link>&& guarded)
        : intent(std::move(what)), link(std::move(guarded)) {}
    Intent intent;
    std::optional<Link> link;
  };
  struct Proceeded {
    Proceeded(Settlement&& settlement, Intent&& what, std::optional<Link>&& guarded)
        : outcome(std::move(settlement)), next(std::move(what), std::move(guarded)) {}
    Settlement outcome;
    Intended next;
  };

  // What an operation is about: the tables, what is in the draft too, or, in a fleet, what one at a time
  // does.
  enum class About { tables, draft, admission };

  template <class T, About kAbout, class Work, class Handler>
  class Call final : public Writer::Operation {
   public:
    Call(const async::Executor& executor, Work work, Handler handler)
        : Operation(executor), work_(std::move(work)), handler_(std::move(handler)) {}
    bool admits() const override { return kAbout == About::admission; }
    bool knows_draft() const override { return kAbout == About::draft; }
    void apply(Store& store) override { value_.emplace(work_(store)); }
    void finish(const Error* error) override {
      Result<T> result = error ? Result<T>(*error) : Result<T>(std::move(*value_));
      std::move(handler_)(std::move(result));
    }

   private:
    Work work_;
    Handler handler_;
    std::optional<T> value_;
  };

  template <class T, class Work>
  Answer<T> submit_admission(Work work) {
    return submit<T, Work, About::admission>(std::move(work));
  }

  template <class T, class Work>
  Answer<T> submit_drafted(Work work) {
    return submit<T, Work, About::draft>(std::move(work));
  }

  template <class T, class Work, About kAbout = About::tables>
  Answer<T> submit(Work work) {
    auto begin = [this, work = std::move(work)](auto handler) mutable {
      using Made = Call<T, kAbout, Work, decltype(handler)>;
      writer_->submit(std::make_unique<Made>(writer_->executor(), std::move(work), std::move(handler)));
    };
    co_return co_await boost::asio::async_initiate<decltype(async::use_task), void(Result<T>)>(
        std::move(begin), async::use_task);
  }

  std::unique_ptr<Writer> writer_;
};

}  // namespace

Result<std::unique_ptr<Ledger>> open_ledger(boost::asio::io_context& context, RunLock lock,
                                            OpenOptions options) {
  try {
    Result<Opened> opened = open_for_writing(std::move(lock), options.place, options.owner);
    if (!opened) return opened.error();
    if (options.answers_within.count() > 0) opened->database->expect_answers_within(options.answers_within);
    auto writer = std::make_unique<Writer>(context, options.place, std::move(*opened), options.owner,
                                           std::move(options.rules), std::move(options.on_commit));
    return std::unique_ptr<Ledger>(std::make_unique<StoredLedger>(std::move(writer)));
  } catch (const DatabaseError& error) {
    return explain(error, options.place);
  }
}

}  // namespace payferry::ledger
