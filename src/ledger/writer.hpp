#pragma once

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "async/task.hpp"
#include "core/clock.hpp"
#include "ledger/admission.hpp"
#include "ledger/opening.hpp"
#include "ledger/work_store.hpp"

namespace payferry::ledger {

// What an operation works on, on the ledger's thread, inside a transaction.
struct Store {
  Store(Database& opened, Owner owner, AdmissionRules rules)
      : database(opened),
        counterparts(opened, owner),
        admission(opened, owner, std::move(rules), counterparts),
        work(opened, opened.has_one_writer() ? &draft.emplace(opened) : nullptr) {
    if (draft) draft->begin();
  }
  Database& database;
  std::optional<Draft> draft;  // none where several write
  CounterpartStore counterparts;
  AdmissionStore admission;
  WorkStore work;
  std::int64_t worker = 0;  // of a fleet; 0: there is none

  // A transaction was given up.
  void forget_made() {
    admission.forget_made();
    counterparts.forget_made();
  }
};

// The ledger's thread: takes everything that waits, applies it in one transaction, and answers when it is
// durable. After the first error every operation answers that error.
class Writer {
 public:
  Writer(boost::asio::io_context& context, LedgerPlace place, Opened opened, Owner owner,
         AdmissionRules rules, std::function<void(const CommitStats&)> on_commit);
  ~Writer();

  class Operation {
   public:
    explicit Operation(const async::Executor& executor) : keep_running_(executor) {}
    virtual ~Operation() = default;
    // Whether it admits items or makes links: in a fleet one worker at a time does.
    virtual bool admits() const { return false; }
    // Whether it looks into the draft too; for any other one all that is in there goes to the tables before.
    virtual bool knows_draft() const { return false; }
    // More than once where other workers' transactions are in the way.
    virtual void apply(Store& store) = 0;
    virtual void finish(const Error* error) = 0;  // on the I/O thread

   private:
    boost::asio::executor_work_guard<async::Executor> keep_running_;
  };
  using Operations = std::vector<std::unique_ptr<Operation>>;
  // From the I/O thread only.
  void submit(std::unique_ptr<Operation> operation);
  async::Executor executor() const { return context_.get_executor(); }
  void close();

 private:
  void hand_over();
  void run();
  void commit(Operations& operations);
  void commit_once(Operations& operations);
  void apply(Operations& operations);
  bool wait_for_work(std::unique_lock<std::mutex>& hold);
  bool make_way(const DatabaseError& error, int tries);
  void answer(Operations operations);

  boost::asio::io_context& context_;
  const LedgerPlace place_;
  std::unique_ptr<Watch> watch_;  // null: nothing to be watched
  std::unique_ptr<Database> database_;
  Store store_;
  std::function<void(const CommitStats&)> on_commit_;
  std::optional<Error> broken_;  // touched by the ledger's thread only

  Operations gathered_;  // touched by the I/O thread only
  std::shared_ptr<Writer*> self_ = std::make_shared<Writer*>(this);
  std::mutex mutex_;
  std::condition_variable wake_;
  Operations waiting_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace payferry::ledger
