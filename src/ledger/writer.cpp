#include "ledger/writer.hpp"

#include <algorithm>
#include <iterator>

#include "core/crash_point.hpp"
#include "ledger/opening.hpp"
#include "ledger/servers.hpp"

namespace payferry::ledger {
namespace {

constexpr int kMostTries = 20;

}  // namespace

Writer::Writer(boost::asio::io_context& context, LedgerPlace place, Opened opened, Owner owner,
               AdmissionRules rules, std::function<void(const CommitStats&)> on_commit)
    : context_(context),
      place_(std::move(place)),
      watch_(std::move(opened.watch)),
      database_(std::move(opened.database)),
      store_(*database_, std::move(owner), std::move(rules)),
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
      if (!wait_for_work(hold)) break;
      operations.swap(waiting_);
    }
    commit(operations);
    if (!operations.empty()) answer(std::move(operations));
  }
  Operations none;
  if (store_.draft) commit(none);
}

// False: there will be none any more. Without operations, what is in the draft has to go to the tables.
bool Writer::wait_for_work(std::unique_lock<std::mutex>& hold) {
  const auto woken = [this] { return closing_ || !waiting_.empty(); };
  const auto due = store_.draft && !broken_ ? store_.draft->due() : std::nullopt;
  if (!due)
    wake_.wait(hold, woken);
  else if (!wake_.wait_until(hold, *due, woken))
    return true;
  return !waiting_.empty();
}

// Whether the same may succeed now: another worker's transaction was in the way.
bool Writer::make_way(const DatabaseError& error, int tries) {
  using Kind = DatabaseError::Kind;
  if (store_.worker == 0 || tries >= kMostTries) return false;
  try {
    if (error.kind() == Kind::locked) database_->evict_stalled(kPatience);
  } catch (const DatabaseError&) {
    return false;
  }
  return error.kind() == Kind::collided || error.kind() == Kind::locked;
}

void Writer::commit_once(Operations& operations) {
  database_->begin();
  if (store_.worker != 0) {
    database_->fence(store_.worker);
    const auto admits = [](const auto& operation) { return operation->admits(); };
    if (std::any_of(operations.begin(), operations.end(), admits)) database_->exclude_admissions();
  }
  apply(operations);
  crash_point("before commit");
  database_->commit();
  crash_point("after commit");
}

void Writer::apply(Operations& operations) {
  for (const auto& operation : operations) {
    if (store_.draft && !operation->knows_draft()) store_.draft->flush();
    operation->apply(store_);
  }
  if (!store_.draft) return;
  const bool is_due = store_.draft->due() && *store_.draft->due() <= std::chrono::steady_clock::now();
  if (operations.empty() || is_due || store_.draft->is_large())
    store_.draft->flush();
  else
    store_.draft->keep();
}

// Once something failed nothing is taken any more: a request whose intent is not durable must not be sent.
void Writer::commit(Operations& operations) {
  if (broken_) return;
  if (watch_) broken_ = watch_->lost();
  if (broken_) return;
  const auto began = std::chrono::steady_clock::now();
  for (int tries = 1;; ++tries) {
    try {
      commit_once(operations);
      break;
    } catch (const DatabaseError& error) {
      database_->rollback();
      store_.forget_made();
      if (make_way(error, tries)) continue;
      broken_ = explain(error, place_);
    } catch (const std::exception& error) {
      database_->rollback();
      broken_ = make_error(Errc::internal, error.what());
    }
    return;
  }
  if (watch_) watch_->committed();
  if (on_commit_ && !operations.empty())
    on_commit_({std::chrono::steady_clock::now() - began, operations.size()});
}

void Writer::answer(Operations operations) {
  auto error = broken_ ? std::make_shared<const Error>(*broken_) : nullptr;
  boost::asio::post(context_, [answered = std::move(operations), error] {
    for (const auto& operation : answered) operation->finish(error.get());
  });
}

}  // namespace payferry::ledger
