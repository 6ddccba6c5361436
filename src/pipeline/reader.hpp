#pragma once

#include <boost/asio/thread_pool.hpp>
#include <functional>
#include <optional>

#include "async/task.hpp"
#include "intake/source.hpp"
#include "pipeline/feeder.hpp"

namespace payferry::pipeline {

// Admits the input batch by batch: what is admitted is durable before its source is told so.
class InputReader {
 public:
  // `at_end`: called when nothing more is read.
  InputReader(Shared& shared, Feeder& feeder, intake::Source& source, std::int64_t input,
              std::function<void()> at_end);
  // Returns when the input is at its end, or the run was told to stop.
  async::Task<void> run(boost::asio::io_context& context);

 private:
  async::Task<void> read(boost::asio::thread_pool& thread, async::Executor home);
  async::Task<bool> admit(intake::Batch batch);

  Shared& shared_;
  Feeder& feeder_;
  intake::Source& source_;
  std::int64_t input_;
  std::function<void()> at_end_;
  std::optional<Result<intake::Batch>> ahead_;
};

}  // namespace payferry::pipeline
