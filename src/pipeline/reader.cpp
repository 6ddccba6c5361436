#include "pipeline/reader.hpp"

#include "async/blocking.hpp"

namespace payferry::pipeline {
namespace {

// Large enough that a commit costs little per line, small enough that an intent does not wait long behind it.
constexpr std::size_t kLinesPerBatch = 500;

}  // namespace

InputReader::InputReader(Shared& shared, Feeder& feeder, intake::Source& source, std::int64_t input)
    : shared_(shared), feeder_(feeder), source_(source), input_(input) {}

async::Task<void> InputReader::run(async::Executor home) {
  // A source blocks: it is read on a thread of its own.
  boost::asio::thread_pool thread(1);
  auto read = [this] { return source_.next(kLinesPerBatch); };
  bool more = true;
  while (more && !shared_.stop.requested() && !shared_.canary.exhausted()) {
    Result<intake::Batch> batch = co_await async::on_thread<Result<intake::Batch>>(thread, home, read);
    if (!batch) {
      if (batch.error().code != Errc::stopped) shared_.stop.request(Why::input, batch.error().message);
      break;
    }
    more = !batch->end;
    const bool admitted = co_await admit(std::move(*batch));
    more = more && admitted;
  }
  feeder_.release();
  feeder_.intake_ended();
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
