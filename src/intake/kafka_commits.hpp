#pragma once

#include <chrono>
#include <string>

#include "intake/kafka_client.hpp"
#include "intake/kafka_offsets.hpp"

namespace payferry::intake {

// Tells the group how far its partitions are done. One commit is under way at a time: the next one then tells
// all that was done meanwhile; what fails is told again a second later.
class KafkaCommits {
 public:
  // Wakes by writing to the descriptor. The client has to live longer.
  KafkaCommits(rd_kafka_t* client, const settings::KafkaSettings& settings, int descriptor);

  KafkaOffsets& offsets() { return offsets_; }
  // Hears what became of the last commit, and sends the next if there is anything to tell.
  void go_on(KafkaNotices& notices);
  // Until everything that is done is committed, or for so long.
  void flush(std::chrono::milliseconds most, KafkaNotices& notices);
  // Nothing is sent before then.
  void pause(std::chrono::steady_clock::time_point until) { not_before_ = until; }
  // The partition is somebody else's from now on.
  void drop(std::int32_t partition);

 private:
  void send();
  void hear(std::chrono::milliseconds most, KafkaNotices& notices);

  rd_kafka_t* client_;
  std::string topic_;
  std::string name_;
  KafkaQueue queue_;
  KafkaOffsets offsets_;
  bool under_way_ = false;
  KafkaOffsets::Places sent_;  // by the one that is under way
  std::chrono::steady_clock::time_point not_before_{};
};

}  // namespace payferry::intake
