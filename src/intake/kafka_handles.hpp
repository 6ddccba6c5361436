#pragma once

#include <librdkafka/rdkafka.h>

#include <memory>

// What librdkafka hands out, given back at the end of a scope.
namespace payferry::intake {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* given) const noexcept {
    Free(given);
  }
};

// Without waiting for the group: whoever wants to leave it in order closes the consumer before.
struct ClientFreed {
  void operator()(rd_kafka_t* client) const noexcept {
    rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
  }
};

using KafkaConf = std::unique_ptr<rd_kafka_conf_t, Freed<rd_kafka_conf_destroy>>;
using KafkaClient = std::unique_ptr<rd_kafka_t, ClientFreed>;
using KafkaQueue = std::unique_ptr<rd_kafka_queue_t, Freed<rd_kafka_queue_destroy>>;
using KafkaEvent = std::unique_ptr<rd_kafka_event_t, Freed<rd_kafka_event_destroy>>;
using KafkaError = std::unique_ptr<rd_kafka_error_t, Freed<rd_kafka_error_destroy>>;
using KafkaTopic = std::unique_ptr<rd_kafka_topic_t, Freed<rd_kafka_topic_destroy>>;
using KafkaPlace = std::unique_ptr<rd_kafka_topic_partition_t, Freed<rd_kafka_topic_partition_destroy>>;
using KafkaPlaces =
    std::unique_ptr<rd_kafka_topic_partition_list_t, Freed<rd_kafka_topic_partition_list_destroy>>;
using KafkaMetadata = std::unique_ptr<const rd_kafka_metadata_t, Freed<rd_kafka_metadata_destroy>>;
using KafkaHeaders = std::unique_ptr<rd_kafka_headers_t, Freed<rd_kafka_headers_destroy>>;

}  // namespace payferry::intake
