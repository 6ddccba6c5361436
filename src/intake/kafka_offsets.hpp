#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <set>

namespace payferry::intake {

// Pure: how far each partition of a topic may be committed. A partition's place moves in order: past a
// message when it and all before it on that partition are done.
class KafkaOffsets {
 public:
  using Places = std::map<std::int32_t, std::int64_t>;  // by partition, the next message that is wanted

  // In the order in which they were read; gives the message's tag, from 1.
  std::uint64_t take(std::int32_t partition, std::int64_t offset);
  // Every message up to this one is admitted. One that is held is not done by that.
  void settle(std::uint64_t tag);
  // Something else has to happen before the message is done, too.
  void hold(std::uint64_t tag) { held_.insert(tag); }
  void release(std::uint64_t tag);
  // What may be committed and is not yet.
  Places due() const;
  void committed(const Places& places);
  // Whether messages of the partition were taken and are not done.
  bool is_waiting(std::int32_t partition) const;
  // The partition is somebody else's from now on.
  void drop(std::int32_t partition) { partitions_.erase(partition); }

 private:
  struct Message {
    std::uint64_t tag = 0;
    std::int64_t offset = 0;
  };
  struct Partition {
    std::deque<Message> waiting;
    std::int64_t next = -1;  // may be committed; -1: nothing was done yet
    std::int64_t committed = -1;
  };
  void advance(Partition& partition) const;

  std::map<std::int32_t, Partition> partitions_;
  std::set<std::uint64_t> held_;
  std::uint64_t taken_ = 0;
  std::uint64_t settled_ = 0;
};

}  // namespace payferry::intake
