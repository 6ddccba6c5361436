#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "intake/kafka_client.hpp"

namespace payferry::intake {

// The topic for messages that cannot be read: each is sent, by an idempotent producer, until all replicas
// have it. Key, value and headers are the message's own, and headers tell where it was (payferry-topic,
// -partition, -offset) and why it is here (payferry-code). One that is too long for the topic goes without
// its value.
class KafkaLetters {
 public:
  // Wakes by writing to the descriptor.
  static Result<std::unique_ptr<KafkaLetters>> open(const settings::KafkaSettings& settings, int descriptor);

  // A letter, to be sent later; `event` holds its one message.
  void keep(std::uint64_t tag, KafkaEvent event, const rd_kafka_message_t* message, const std::string& code);
  // It is recorded: now it is sent. False: there is no such letter.
  bool send(std::uint64_t tag);
  // Which ones have arrived. Also sends again what has not. Errors: the producer is of no more use.
  Result<std::vector<std::uint64_t>> arrived(KafkaNotices& notices);
  // Whether letters are under way.
  bool is_waiting() const;

 private:
  using Moment = std::chrono::steady_clock::time_point;
  struct Letter {
    KafkaEvent event;
    const rd_kafka_message_t* message = nullptr;
    std::string code;
    bool without_value = false;
    bool recorded = false;
    std::optional<Moment> again;  // when it is sent again
  };

  KafkaLetters() = default;
  void produce(std::uint64_t tag, Letter& letter);
  void take_report(const rd_kafka_message_t& report, std::vector<std::uint64_t>& arrived,
                   KafkaNotices& notices);

  std::string topic_;
  std::map<std::uint64_t, Letter> letters_;  // a letter's text is the producer's too until it is reported
  KafkaClient producer_;
  KafkaQueue queue_;
};

}  // namespace payferry::intake
