#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

// What the cluster of the tests makes of librdkafka's handles, codes and messages.
namespace kafka_words {

[[noreturn]] void fail(const std::string& what);
void check(rd_kafka_resp_err_t code);
// Two digits each; "-" is none.
std::string to_hex(const void* bytes, std::size_t size);
std::string from_hex(const std::string& text);

struct Freed {
  void operator()(rd_kafka_t* client) const { rd_kafka_destroy(client); }
  void operator()(rd_kafka_topic_partition_list_t* places) const {
    rd_kafka_topic_partition_list_destroy(places);
  }
  void operator()(rd_kafka_message_t* message) const { rd_kafka_message_destroy(message); }
  void operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
  void operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
  void operator()(rd_kafka_NewTopic_t* topic) const { rd_kafka_NewTopic_destroy(topic); }
};
using Client = std::unique_ptr<rd_kafka_t, Freed>;
using Places = std::unique_ptr<rd_kafka_topic_partition_list_t, Freed>;

// Its opaque is a text: why a message could not be produced.
Client make_client(rd_kafka_type_t type, const std::vector<std::pair<std::string, std::string>>& properties);
// One line: PARTITION OFFSET KEY VALUE NAME=VALUE…
void tell(const rd_kafka_message_t* message);

}  // namespace kafka_words
