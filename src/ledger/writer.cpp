#include "ledger/writer.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <iterator>

#include "core/crash_point.hpp"
#include "ledger/copy.hpp"
#include "ledger/files.hpp"

namespace payferry::ledger {

Writer::Writer(boost::asio::io_context& context, std::filesystem::path path,
               std::unique_ptr<Database> database, RunLock lock, Owner owner, AdmissionRules rules,
               std::function<void(const CommitStats&)> on_commit)
    : context_(context),
      path_(std::move(path)),
      identity_(path_),
      lock_(std::move(lock)),
      database_(std::move(database)),
      store_(*database_, std::move(owner), std::move(rules)),
      begin_(*database_, "BEGIN IMMEDIATE"),
      commit_(*database_, "COMMIT"),
      on_commit_(std::move(on_commit)),
      thread_([this] { run(); }) {}

Writer::~Writer() {
  close();
}

void Writer::close() {
  hand_over();
  {
    const std::lock_guard hold(mutex_);
    closing_ = true;
  }
  wake_.notify_one();
  if (thread_.joinable()) thread_.join();
}

// What the I/O thread has at hand goes over together: one wake-up, and one commit, for the answers of one
// look at the network.
void Writer::submit(std::unique_ptr<Operation> operation) {
  gathered_.push_back(std::move(operation));
  if (gathered_.size() > 1) return;
  boost::asio::post(context_, [weak = std::weak_ptr<Writer*>(self_)] {
    if (const auto self = weak.lock()) (*self)->hand_over();
  });
}

void Writer::hand_over() {
  if (gathered_.empty()) return;
  {
    const std::lock_guard hold(mutex_);
    if (waiting_.empty())
      waiting_.swap(gathered_);
    else
      std::move(gathered_.begin(), gathered_.end(), std::back_inserter(waiting_));
  }
  gathered_.clear();
  wake_.notify_one();
}

void Writer::run() {
  for (;;) {
    Operations operations;
    {
      std::unique_lock hold(mutex_);
      wake_.wait(hold, [this] { return closing_ || !waiting_.empty(); });
      if (waiting_.empty()) return;
      operations.swap(waiting_);
    }
    commit(operations);
    answer(std::move(operations));
  }
}

// Whether somebody took the ledger or its lock from under the run.
std::optional<Error> Writer::lost() {
  if (!identity_.still_there()) return rescue();
  if (lock_.still_held()) return std::nullopt;
  return make_error(
      Errc::ledger,
      fmt::format("ledger {}: its lock file was deleted or replaced while it was in use, so another run may "
                  "be using the ledger; end that one, then run the same command again. What the ledger had "
                  "confirmed is safe, and nothing was sent since",
                  path_.string()));
}

// The file goes when this process ends, the last that can read it.
Error Writer::rescue() {
  const std::string happened = fmt::format(
      "ledger {}: the file was deleted or replaced while it was in use, and nothing was sent since. ",
      path_.string());
  const std::filesystem::path copy_path = path_.string() + fmt::format(".rescued-{}", ::getpid());
  const Result<void> copied = copy(*database_, path_, copy_path);
  // What is left of the old file would be taken for part of the next one under its name.
  std::error_code ignored;
  if (copied && log_ && log_->still_there()) std::filesystem::remove(write_ahead_log_of(path_), ignored);
  if (copied)
    return make_error(Errc::ledger,
                      happened + fmt::format("All that it knew is saved in {}: give it the ledger's name "
                                             "before the next run, nothing else knows what was done",
                                             copy_path.string()));
  return make_error(
      Errc::ledger,
      happened + fmt::format("A copy could not be saved ({}): put the file back before the next "
                             "run, nothing else knows what was done",
                             copied.error().message));
}

// Once something failed nothing is taken any more: a request whose intent is not durable must not be sent.
void Writer::commit(Operations& operations) {
  if (broken_) return;
  broken_ = lost();
  if (broken_) return;
  const auto began = std::chrono::steady_clock::now();
  try {
    begin_.exec();
    for (const auto& operation : operations) operation->apply(store_);
    crash_point("before commit");
    commit_.exec();
    crash_point("after commit");
    if (!log_) log_.emplace(write_ahead_log_of(path_));
  } catch (const SqliteError& error) {
    broken_ = explain(error, path_);
    if (database_->in_transaction()) sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    return;
  } catch (const std::exception& error) {
    broken_ = make_error(Errc::internal, error.what());
    if (database_->in_transaction()) sqlite3_exec(database_->handle(), "ROLLBACK", nullptr, nullptr, nullptr);
    return;
  }
  if (on_commit_) on_commit_({std::chrono::steady_clock::now() - began, operations.size()});
}

void Writer::answer(Operations operations) {
  auto error = broken_ ? std::make_shared<const Error>(*broken_) : nullptr;
  boost::asio::post(context_, [answered = std::move(operations), error] {
    for (const auto& operation : answered) operation->finish(error.get());
  });
}

}  // namespace payferry::ledger
