#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace payferry::intake {

// Pure: which messages of one channel wait for their admission, and what is to be said of them to the broker
// once it is durable.
class Deliveries {
 public:
  // What settles batches: `rejected` one by one, and then everything else up to `accepted` at once (0:
  // nothing was accepted). A tag that was rejected must not be named again.
  struct Settled {
    std::vector<std::uint64_t> rejected;
    std::uint64_t accepted = 0;

    bool empty() const { return rejected.empty() && accepted == 0; }
  };

  // In the order of delivery; belongs to the batch that is being gathered.
  void take(std::uint64_t tag, bool rejected);
  // The batch that was gathered is complete.
  void close_batch(std::string position);
  // Everything up to the batch with this position is durable; a position that is not known settles nothing.
  Settled settle(const std::string& position);
  // The channel is gone, and its tags with it: the broker delivers all of them again.
  void forget();
  // Messages that wait.
  std::size_t waiting() const { return waiting_; }

 private:
  struct Group {
    std::string position;
    std::vector<std::uint64_t> rejected;
    std::uint64_t accepted = 0;
    std::size_t count = 0;
  };
  std::deque<Group> closed_;
  Group open_;
  std::size_t waiting_ = 0;
};

}  // namespace payferry::intake
