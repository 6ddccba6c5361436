#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

#include "enqueue/outgoing.hpp"

namespace payferry::enqueue {

// Reads the list on a thread of its own, a few batches ahead of whoever sends: a pipe that says nothing must
// not keep the connection waiting.
class Feed {
 public:
  struct Batch {
    std::vector<Outgoing> lines;
    bool end = false;            // nothing follows
    std::optional<Error> error;  // nothing can follow
  };

  // Goes on behind `from`, which is a place of the same list. `on_batch` is called from the thread.
  Feed(intake::CsvLines lines, settings::TargetSettings rules, Place from, std::function<void()> on_batch);
  ~Feed();
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  // The next batch, if there is one by now.
  std::optional<Batch> take();

 private:
  void read_all();
  Result<void> go_to(const Place& place);
  Batch read_batch();
  bool hand_over(Batch batch);

  intake::CsvLines lines_;
  settings::TargetSettings rules_;
  Place place_;
  std::function<void()> on_batch_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Batch> batches_;
  bool interrupted_ = false;
  std::thread thread_;
};

}  // namespace payferry::enqueue
