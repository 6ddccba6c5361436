#pragma once

#include <chrono>
#include <deque>
#include <initializer_list>
#include <string>
#include <utility>

#include "core/result.hpp"
#include "intake/kafka_handles.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// A client that reports everything, its log too, as events of a queue and wakes whoever waits for the
// descriptor: none of the library's threads calls us. `more` are properties beside those that all clients
// have. Errors: usage (a CA file that holds no certificates).
using KafkaProperties = std::initializer_list<std::pair<const char*, std::string>>;
Result<KafkaClient> make_kafka_client(const settings::KafkaSettings& settings, rd_kafka_type_t type,
                                      KafkaProperties more);

// The queue's events: it wakes by writing to the descriptor.
void report_to(rd_kafka_queue_t* queue, int descriptor);

// "topic T at HOST:PORT,…", as messages call it.
std::string name_of(const settings::KafkaSettings& settings);

// A code of the library or the broker as an error of ours.
Error kafka_error(const std::string& what, rd_kafka_resp_err_t code, const std::string& text);

// Whether it tells of a connection, which the library makes again by itself.
bool is_of_a_connection(rd_kafka_resp_err_t code);

// What is to be told, each thing once until another has been. The log shows one warning of a kind a second:
// what we say goes before what the library says, which there may be much of and which is left out then.
class KafkaNotices {
 public:
  using Moment = std::chrono::steady_clock::time_point;

  void add(std::string text);
  // What a log event says, where it is a warning or worse.
  void add_log(rd_kafka_event_t* event);
  void add_of_library(std::string text);
  // One that may be told now; mostly empty.
  std::string take(Moment now);

 private:
  std::deque<std::string> ours_;
  std::deque<std::string> of_library_;
  std::string last_ours_;
  std::string last_of_library_;
  Moment next_{};
};

}  // namespace payferry::intake
