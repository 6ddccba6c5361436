// A cluster for the tests of source.kafka: librdkafka's own mock of one, or a real one that runs elsewhere,
// driven line by line.
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <set>
#include <sstream>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "kafka_words.hpp"

namespace {

using namespace kafka_words;

constexpr const char* kUsage = R"(kafka-cluster mock BROKERS   makes a cluster with real sockets on loopback
kafka-cluster HOST:PORT      is a client of a real one
It says "bootstrap HOST:PORT,…", and then answers each line of standard input with lines of its own, the last of which is
"ok" or "error TEXT":
  topic NAME PARTITIONS [CONFIG=VALUE]
  produce TOPIC COUNT      and so many lines KEY VALUE in hexadecimal digits: "0" is empty, "-" is none
  read TOPIC               all that is there: PARTITION OFFSET KEY VALUE NAME=VALUE…
  committed GROUP TOPIC    PARTITION OFFSET END of each; -1001: none was committed
  join GROUP TOPIC         becomes another consumer of the group
  take MILLISECONDS        what comes to it, as `read` tells it; each message is committed
  leave                    the group
  topic-error TOPIC CODE   what the mock says of the topic from now on
  down ID | up ID          one broker of the mock, from 1
  errors API CODE…         what the mock answers next to requests of that kind
)";

constexpr int kAnswer = 20'000;  // milliseconds
constexpr int kLongestMessage = 100'000'000;

class Cluster {
 public:
  explicit Cluster(const std::string& bootstrap) : bootstrap_(bootstrap) {}
  explicit Cluster(int brokers) : brokers_(brokers) {
    holder_ = make_client(RD_KAFKA_PRODUCER, {{"client.id", "mock"}, {"log_level", "0"}});
    mock_ = rd_kafka_mock_cluster_new(holder_.get(), brokers);
    if (mock_ == nullptr) fail("no mock cluster");
    bootstrap_ = rd_kafka_mock_cluster_bootstraps(mock_);
  }
  ~Cluster() {
    member_.reset();
    producer_.reset();
    if (mock_ != nullptr) rd_kafka_mock_cluster_destroy(mock_);
  }
  Cluster(const Cluster&) = delete;
  Cluster& operator=(const Cluster&) = delete;

  const std::string& bootstrap() const { return bootstrap_; }
  void obey(const std::string& line);

 private:
  void topic(std::istream& words);
  void create_topic(const std::string& name, int partitions, const std::string& config);
  void produce(std::istream& words);
  void read(std::istream& words);
  void committed(std::istream& words);
  void join(std::istream& words);
  void take(std::istream& words);
  void leave();
  void power(std::istream& words, bool up);
  void errors(std::istream& words);
  void topic_error(std::istream& words);
  rd_kafka_mock_cluster_t* mock() {
    if (mock_ == nullptr) fail("only the mock can");
    return mock_;
  }
  Client consumer(const std::string& group) {
    return make_client(RD_KAFKA_CONSUMER, {{"bootstrap.servers", bootstrap_},
                                           {"group.id", group},
                                           {"partition.assignment.strategy", "cooperative-sticky"},
                                           {"session.timeout.ms", "10000"},
                                           {"enable.auto.commit", "false"},
                                           {"enable.partition.eof", "true"},
                                           {"auto.offset.reset", "earliest"}});
  }
  std::vector<std::int32_t> partitions(rd_kafka_t* client, const std::string& topic);

  std::string bootstrap_;
  Client holder_;
  rd_kafka_mock_cluster_t* mock_ = nullptr;
  int brokers_ = 0;  // of the mock
  Client producer_;
  Client member_;
};

void Cluster::obey(const std::string& line) {
  std::istringstream words(line);
  std::string command;
  words >> command;
  if (command == "topic") return topic(words);
  if (command == "produce") return produce(words);
  if (command == "read") return read(words);
  if (command == "committed") return committed(words);
  if (command == "join") return join(words);
  if (command == "take") return take(words);
  if (command == "leave") return leave();
  if (command == "down" || command == "up") return power(words, command == "up");
  if (command == "errors") return errors(words);
  if (command == "topic-error") return topic_error(words);
  fail("unknown command " + command);
}

void Cluster::topic(std::istream& words) {
  std::string name;
  std::string config;
  int partitions = 1;
  words >> name >> partitions >> config;
  if (mock_ == nullptr) return create_topic(name, partitions, config);
  check(rd_kafka_mock_topic_create(mock_, name.c_str(), partitions, 1));
  // The mock draws lots, and a broker that leads nothing is missed by nobody.
  for (int partition = 0; partition < partitions; ++partition)
    check(rd_kafka_mock_partition_set_leader(mock_, name.c_str(), partition, partition % brokers_ + 1));
}

void Cluster::create_topic(const std::string& name, int partitions, const std::string& config) {
  const Client client = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap_}});
  const std::unique_ptr<rd_kafka_queue_t, Freed> queue(rd_kafka_queue_new(client.get()));
  char text[512];
  const std::unique_ptr<rd_kafka_NewTopic_t, Freed> made(
      rd_kafka_NewTopic_new(name.c_str(), partitions, 1, text, sizeof text));
  if (!made) fail(text);
  if (const std::size_t equals = config.find('='); equals != std::string::npos)
    check(rd_kafka_NewTopic_set_config(made.get(), config.substr(0, equals).c_str(),
                                       config.substr(equals + 1).c_str()));
  rd_kafka_NewTopic_t* one = made.get();
  rd_kafka_CreateTopics(client.get(), &one, 1, nullptr, queue.get());
  const std::unique_ptr<rd_kafka_event_t, Freed> event(rd_kafka_queue_poll(queue.get(), kAnswer));
  if (!event) fail("no answer");
  check(rd_kafka_event_error(event.get()));
  std::size_t count = 0;
  const rd_kafka_topic_result_t** const results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  check(rd_kafka_topic_result_error(results[0]));
}

void Cluster::produce(std::istream& words) {
  std::string topic;
  std::size_t count = 0;
  words >> topic >> count;
  if (!producer_)
    producer_ = make_client(RD_KAFKA_PRODUCER, {{"bootstrap.servers", bootstrap_},
                                                {"acks", "all"},
                                                {"partitioner", "murmur2_random"},
                                                {"message.max.bytes", std::to_string(kLongestMessage)}});
  auto* const failed = static_cast<std::string*>(rd_kafka_opaque(producer_.get()));
  failed->clear();
  for (std::size_t at = 0; at < count; ++at) {
    std::string key;
    std::string value;
    if (!(std::cin >> key >> value)) fail("too few messages");
    std::string key_bytes = from_hex(key);
    std::string value_bytes = from_hex(value);
    void* const key_begin = key == "-" ? nullptr : key_bytes.data();
    void* const value_begin = value == "-" ? nullptr : value_bytes.data();
    for (;;) {
      const rd_kafka_resp_err_t code = rd_kafka_producev(
          producer_.get(), RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
          RD_KAFKA_V_KEY(key_begin, key_bytes.size()), RD_KAFKA_V_VALUE(value_begin, value_bytes.size()),
          RD_KAFKA_V_END);
      rd_kafka_poll(producer_.get(), code == RD_KAFKA_RESP_ERR__QUEUE_FULL ? 50 : 0);
      if (code == RD_KAFKA_RESP_ERR__QUEUE_FULL) continue;
      check(code);
      break;
    }
  }
  std::string rest;
  std::getline(std::cin, rest);
  check(rd_kafka_flush(producer_.get(), kAnswer));
  if (!failed->empty()) fail(*failed);
}

std::vector<std::int32_t> Cluster::partitions(rd_kafka_t* client, const std::string& topic) {
  rd_kafka_topic_t* const handle = rd_kafka_topic_new(client, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t code = rd_kafka_metadata(client, 0, handle, &metadata, kAnswer);
  rd_kafka_topic_destroy(handle);
  check(code);
  std::vector<std::int32_t> found;
  const rd_kafka_resp_err_t known = metadata->topics[0].err;
  if (known != RD_KAFKA_RESP_ERR_NO_ERROR) {
    rd_kafka_metadata_destroy(metadata);
    fail(rd_kafka_err2str(known));
  }
  for (int at = 0; at < metadata->topics[0].partition_cnt; ++at)
    found.push_back(metadata->topics[0].partitions[at].id);
  rd_kafka_metadata_destroy(metadata);
  return found;
}

void Cluster::read(std::istream& words) {
  std::string topic;
  words >> topic;
  const Client client = consumer("reader-of-tests");
  const std::vector<std::int32_t> all = partitions(client.get(), topic);
  const Places places(rd_kafka_topic_partition_list_new(static_cast<int>(all.size())));
  for (const std::int32_t each : all)
    rd_kafka_topic_partition_list_add(places.get(), topic.c_str(), each)->offset = RD_KAFKA_OFFSET_BEGINNING;
  check(rd_kafka_assign(client.get(), places.get()));
  std::set<std::int32_t> ended;  // one may be told of twice
  while (ended.size() < all.size()) {
    const std::unique_ptr<rd_kafka_message_t, Freed> message(rd_kafka_consumer_poll(client.get(), kAnswer));
    if (!message) fail("no end");
    if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
      ended.insert(message->partition);
      continue;
    }
    check(message->err);
    tell(message.get());
  }
  rd_kafka_consumer_close(client.get());
}

// The coordinator of a group that is new may have to be found twice.
void Cluster::committed(std::istream& words) {
  std::string group;
  std::string topic;
  words >> group >> topic;
  const Client client = consumer(group);
  const std::vector<std::int32_t> all = partitions(client.get(), topic);
  const Places places(rd_kafka_topic_partition_list_new(static_cast<int>(all.size())));
  for (const std::int32_t each : all) rd_kafka_topic_partition_list_add(places.get(), topic.c_str(), each);
  rd_kafka_resp_err_t code = RD_KAFKA_RESP_ERR_NO_ERROR;
  for (int tries = 0; tries < 50; ++tries) {
    code = rd_kafka_committed(client.get(), places.get(), kAnswer);
    if (code != RD_KAFKA_RESP_ERR_NOT_COORDINATOR && code != RD_KAFKA_RESP_ERR_COORDINATOR_LOAD_IN_PROGRESS)
      break;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  check(code);
  for (int at = 0; at < places->cnt; ++at) {
    const rd_kafka_topic_partition_t& place = places->elems[at];
    std::int64_t low = 0;
    std::int64_t high = 0;
    check(
        rd_kafka_query_watermark_offsets(client.get(), topic.c_str(), place.partition, &low, &high, kAnswer));
    std::cout << place.partition << " " << place.offset << " " << high << "\n";
  }
}

void Cluster::join(std::istream& words) {
  std::string group;
  std::string topic;
  words >> group >> topic;
  member_ = consumer(group);
  const Places places(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(places.get(), topic.c_str(), RD_KAFKA_PARTITION_UA);
  rd_kafka_poll_set_consumer(member_.get());
  check(rd_kafka_subscribe(member_.get(), places.get()));
}

void Cluster::take(std::istream& words) {
  int milliseconds = 0;
  words >> milliseconds;
  if (!member_) fail("in no group");
  const auto until = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
  while (std::chrono::steady_clock::now() < until) {
    const std::unique_ptr<rd_kafka_message_t, Freed> message(rd_kafka_consumer_poll(member_.get(), 50));
    if (!message || message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) continue;
    check(message->err);
    tell(message.get());
    check(rd_kafka_commit_message(member_.get(), message.get(), 0));
  }
}

void Cluster::leave() {
  check(rd_kafka_consumer_close(member_.get()));
  member_.reset();
}

void Cluster::power(std::istream& words, bool up) {
  int id = 1;
  words >> id;
  check(up ? rd_kafka_mock_broker_set_up(mock(), id) : rd_kafka_mock_broker_set_down(mock(), id));
}

void Cluster::errors(std::istream& words) {
  std::int16_t api = 0;
  int code = 0;
  std::vector<rd_kafka_resp_err_t> codes;
  words >> api;
  while (words >> code) codes.push_back(static_cast<rd_kafka_resp_err_t>(code));
  rd_kafka_mock_push_request_errors_array(mock(), api, codes.size(), codes.data());
}

void Cluster::topic_error(std::istream& words) {
  std::string topic;
  int code = 0;
  words >> topic >> code;
  rd_kafka_mock_topic_set_error(mock(), topic.c_str(), static_cast<rd_kafka_resp_err_t>(code));
}

void serve(Cluster& cluster) {
  std::cout << "bootstrap " << cluster.bootstrap() << std::endl;
  std::string line;
  while (std::getline(std::cin, line)) {
    try {
      cluster.obey(line);
      std::cout << "ok" << std::endl;
    } catch (const std::runtime_error& error) {
      std::cout << "error " << error.what() << std::endl;
    }
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<std::string> words(argv + 1, argv + argc);
  try {
    if (words.size() == 2 && words[0] == "mock") {
      Cluster cluster(std::atoi(words[1].c_str()));
      serve(cluster);
    } else if (words.size() == 1) {
      Cluster cluster(words[0]);
      serve(cluster);
    } else {
      std::cerr << kUsage;
      return 2;
    }
  } catch (const std::exception& error) {
    std::cerr << error.what() << "\n";
    return 1;
  }
  return 0;
}
