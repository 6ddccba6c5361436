#include "intake/kafka_offsets.hpp"

#include <algorithm>

namespace payferry::intake {

std::uint64_t KafkaOffsets::take(std::int32_t partition, std::int64_t offset) {
  partitions_[partition].waiting.push_back({++taken_, offset});
  return taken_;
}

void KafkaOffsets::settle(std::uint64_t tag) {
  settled_ = std::max(settled_, tag);
  for (auto& [number, partition] : partitions_) advance(partition);
}

void KafkaOffsets::release(std::uint64_t tag) {
  if (held_.erase(tag) == 0) return;
  for (auto& [number, partition] : partitions_) advance(partition);
}

void KafkaOffsets::advance(Partition& partition) const {
  std::deque<Message>& waiting = partition.waiting;
  while (!waiting.empty() && waiting.front().tag <= settled_ && !held_.contains(waiting.front().tag)) {
    partition.next = waiting.front().offset + 1;
    waiting.pop_front();
  }
}

KafkaOffsets::Places KafkaOffsets::due() const {
  Places places;
  for (const auto& [number, partition] : partitions_) {
    if (partition.next > partition.committed) places.emplace(number, partition.next);
  }
  return places;
}

void KafkaOffsets::committed(const Places& places) {
  for (const auto& [number, next] : places) {
    const auto partition = partitions_.find(number);
    if (partition != partitions_.end()) partition->second.committed = next;
  }
}

bool KafkaOffsets::is_waiting(std::int32_t partition) const {
  const auto found = partitions_.find(partition);
  return found != partitions_.end() && !found->second.waiting.empty();
}

}  // namespace payferry::intake
