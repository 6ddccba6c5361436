#include "pipeline/earlier_count.hpp"

#include "async/blocking.hpp"

namespace payferry::pipeline {

Result<std::unique_ptr<EarlierCount>> EarlierCount::begin(const LedgerPlace& ledger, std::int64_t input) {
  Result<std::unique_ptr<ledger::Reader>> reader = ledger::open_reader(ledger);
  if (!reader) return reader.error();
  try {
    (*reader)->hold();
  } catch (const ledger::Unreadable& unreadable) {
    return make_error(Errc::ledger, unreadable.what());
  }
  return std::unique_ptr<EarlierCount>(new EarlierCount(std::move(*reader), input));
}

Result<ledger::Tally> EarlierCount::count() {
  try {
    return reader_->tally(input_);
  } catch (const ledger::Unreadable& unreadable) {
    return make_error(Errc::ledger, unreadable.what());
  }
}

async::Task<void> EarlierCount::run(async::Executor home, Monitor& monitor, Stop& stop) {
  boost::asio::thread_pool thread(1);
  const Result<ledger::Tally> counted =
      co_await async::on_thread<Result<ledger::Tally>>(thread, home, [this] { return count(); });
  thread.join();
  // While somebody reads as of a moment, the write-ahead log only grows.
  reader_.reset();
  if (counted)
    monitor.counted_earlier(*counted);
  else if (!interrupted_)
    stop.request(Why::ledger, counted.error().message);
}

void EarlierCount::interrupt() {
  interrupted_ = true;
  if (reader_) reader_->interrupt();
}

}  // namespace payferry::pipeline
