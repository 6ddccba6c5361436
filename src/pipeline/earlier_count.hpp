#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <memory>

#include "async/task.hpp"
#include "ledger/reader.hpp"
#include "pipeline/monitor.hpp"
#include "pipeline/stop.hpp"

namespace payferry::pipeline {

// What earlier runs left of the input, counted beside the run: with ten million entries that takes longer
// than anybody wants to wait for the first request.
class EarlierCount {
 public:
  // As of the moment of the call, whatever this run does later. Errors: ledger.
  static Result<std::unique_ptr<EarlierCount>> begin(const LedgerPlace& ledger, std::int64_t input);

  // Tells the monitor when it is done; stops the run where the ledger cannot be read.
  async::Task<void> run(async::Executor home, Monitor& monitor, Stop& stop);
  // Nobody needs the count any more: run() returns soon.
  void interrupt();

 private:
  EarlierCount(std::unique_ptr<ledger::Reader> reader, std::int64_t input)
      : reader_(std::move(reader)), input_(input) {}
  Result<ledger::Tally> count();

  std::unique_ptr<ledger::Reader> reader_;
  std::int64_t input_;
  bool interrupted_ = false;
};

}  // namespace payferry::pipeline
