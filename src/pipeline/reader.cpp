#include "pipeline/reader.hpp"

#include <utility>

#include "async/blocking.hpp"
#include "async/group.hpp"

namespace payferry::pipeline {
namespace {

// Large enough that a commit costs little per line; small enough, where items move, that an intent does not
// wait long behind it.
constexpr std::size_t kLinesPerBatch = 500;
constexpr std::size_t kLinesPerBatchAtRest = 4000;

}  // namespace

InputReader::InputReader(Shared& shared, Feeder& feeder, intake::Source& source, std::int64_t input,
                         std::function<void()> at_end)
    : shared_(shared), feeder_(feeder), source_(source), input_(input), at_end_(std::move(at_end)) {}

async::Task<void> InputReader::read(boost::asio::thread_pool& thread, async::Executor home) {
  const std::size_t lines = feeder_.in_memory() == 0 ? kLinesPerBatchAtRest : kLinesPerBatch;
  auto next = [this, lines] { return source_.next(lines); };
  ahead_ = co_await async::on_thread<Result<intake::Batch>>(thread, home, next);
}

// While one batch is admitted the next is read: both take about as long.
async::Task<void> InputReader::run(boost::asio::io_context& context) {
  // A source blocks: it is read on a thread of its own.
  boost::asio::thread_pool thread(1);
  async::Group reading(context, shared_.time);
  co_await read(thread, context.get_executor());
  while (!shared_.stop.requested() && !shared_.canary.exhausted()) {
    Result<intake::Batch> batch = *std::exchange(ahead_, std::nullopt);
    if (!batch) {
      if (batch.error().code != Errc::stopped) shared_.stop.request(Why::input, batch.error().message);
      break;
    }
    if (!batch->notice.empty()) shared_.events.source_notice(batch->notice);
    const bool end = batch->end;
    if (!end) reading.spawn(read(thread, context.get_executor()));
    const bool admitted = co_await admit(std::move(*batch));
    if (!admitted || end) break;
    co_await reading.wait();
  }
  feeder_.release();
  at_end_();
  co_await reading.wait();
  auto finish = [this] {
    source_.finish();
    return true;
  };
  co_await async::on_thread<bool>(thread, context.get_executor(), finish);
  thread.join();
}

async::Task<bool> InputReader::admit(intake::Batch batch) {
  ledger::Admission admission{
      input_,   std::move(batch.entries), std::move(batch.rejects), batch.lines, batch.read, batch.position,
      batch.end};
  const auto kept = std::make_shared<const ledger::Admission>(std::move(admission));
  const Result<ledger::Admitted> counts = co_await shared_.ledger.admit(kept);
  if (!counts) {
    shared_.stop.request(Why::ledger, counts.error().message);
    co_return false;
  }
  source_.acknowledge(kept->position);
  shared_.events.admitted(*kept, *counts);
  for (const auto& [id, opened] : counts->opened)
    feeder_.open(id, opened.account, opened.lost, opened.first_item);
  co_return true;
}

}  // namespace payferry::pipeline
