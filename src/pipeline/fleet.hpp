#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <memory>

#include "async/task.hpp"
#include "async/time.hpp"
#include "ledger/fleet.hpp"

namespace payferry::pipeline {

// This worker among those that share its ledger: what it was told last, and for how long that holds. Beats
// block, and have a thread of their own.
class Fleet {
 public:
  static async::Task<Result<std::unique_ptr<Fleet>>> join(boost::asio::io_context& context, async::Time& time,
                                                          ledger::FleetOptions options);
  Fleet(boost::asio::io_context& context, async::Time& time) : context_(context), time_(time) {}
  ~Fleet();

  std::int64_t worker() const { return place_->worker(); }
  const ledger::Standing& standing() const { return standing_; }
  // Tells the others about this worker, and hears of them. One at a time.
  async::Task<Result<void>> beat(ledger::Beat beat);
  async::Task<Result<void>> leave(bool done);

  // Whether nobody takes over this worker's lanes for so long.
  bool outlives(Nanoseconds span) const { return time_.clock().steady() + span < standing_.lease_until; }
  // Whether the share of the limits that it was told still is its own.
  bool share_holds() const { return time_.clock().steady() < standing_.share_until; }
  // Whether another worker of the same job is there.
  bool has_company() const;
  // The oldest does what needs to be done once.
  bool is_first() const;

 private:
  boost::asio::io_context& context_;
  async::Time& time_;
  boost::asio::thread_pool thread_{1};
  std::unique_ptr<ledger::FleetPlace> place_;
  ledger::Standing standing_;
};

}  // namespace payferry::pipeline
