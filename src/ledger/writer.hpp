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
#include "ledger/file_identity.hpp"
#include "ledger/work_store.hpp"

namespace payferry::ledger {

// What an operation works on, on the ledger's thread, inside a transaction.
struct Store {
  Store(Database& opened, Owner owner, AdmissionRules rules)
      : database(opened),
        counterparts(opened, owner),
        admission(opened, owner, std::move(rules), counterparts),
        work(opened) {}
  Database& database;
  CounterpartStore counterparts;
  AdmissionStore admission;
  WorkStore work;
};

// The ledger's thread: takes everything that waits, applies it in one transaction, and answers when it is
// durable. After the first error every operation answers that error.
class Writer {
 public:
  Writer(boost::asio::io_context& context, std::filesystem::path path, std::unique_ptr<Database> database,
         RunLock lock, Owner owner, AdmissionRules rules, std::function<void(const CommitStats&)> on_commit);
  ~Writer();

  struct Operation {
    std::function<void(Store&)> apply;
    std::function<void(const Error*)> finish;  // on the I/O thread
    boost::asio::executor_work_guard<async::Executor> keep_running;
  };
  void submit(Operation operation);
  async::Executor executor() const { return context_.get_executor(); }
  void close();

 private:
  void run();
  void commit(std::vector<Operation>& operations);
  std::optional<Error> lost();
  Error rescue();
  void answer(std::vector<Operation> operations);

  boost::asio::io_context& context_;
  const std::filesystem::path path_;
  FileIdentity identity_;
  RunLock lock_;
  std::unique_ptr<Database> database_;
  Store store_;
  std::optional<FileIdentity> log_;  // SQLite makes it with the first commit
  std::function<void(const CommitStats&)> on_commit_;
  std::optional<Error> broken_;  // touched by the ledger's thread only

  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<Operation> waiting_;
  bool closing_ = false;
  std::thread thread_;
};

}  // namespace payferry::ledger
