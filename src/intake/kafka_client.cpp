#include "intake/kafka_client.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace payferry::intake {
namespace {

constexpr std::size_t kMostNotices = 16;
constexpr std::size_t kMostOfLibrary = 4;
constexpr std::chrono::milliseconds kBetweenNotices{1100};
constexpr int kWarning = 4;  // as in syslog

std::string mechanism_of(settings::KafkaLogin login) {
  switch (login) {
    case settings::KafkaLogin::scram_sha_512:
      return "SCRAM-SHA-512";
    case settings::KafkaLogin::scram_sha_256:
      return "SCRAM-SHA-256";
    case settings::KafkaLogin::plain:
      break;
  }
  return "PLAIN";
}

std::string protocol_of(const settings::KafkaSettings& settings) {
  if (!settings.tls) return "plaintext";
  return settings.username.empty() ? "ssl" : "sasl_ssl";
}

// Gathers properties up to the first that the library does not take.
class Properties {
 public:
  Properties() : conf_(rd_kafka_conf_new()) {}

  void set(const char* key, const std::string& value) {
    char text[512];
    if (!problem_.empty()) return;
    if (rd_kafka_conf_set(conf_.get(), key, value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK)
      problem_ = key;
  }
  rd_kafka_conf_t* get() const { return conf_.get(); }
  rd_kafka_conf_t* release() { return conf_.release(); }
  // The property that was refused; its value may be a secret.
  const std::string& problem() const { return problem_; }

 private:
  KafkaConf conf_;
  std::string problem_;
};

void set_security(Properties& properties, const settings::KafkaSettings& settings) {
  properties.set("security.protocol", protocol_of(settings));
  if (settings.tls) {
    properties.set("enable.ssl.certificate.verification", "true");
    properties.set("ssl.endpoint.identification.algorithm", "https");
    if (!settings.ca_file.empty()) properties.set("ssl.ca.location", settings.ca_file);
  }
  if (settings.username.empty()) return;
  properties.set("sasl.mechanisms", mechanism_of(settings.login));
  properties.set("sasl.username", settings.username);
  properties.set("sasl.password", settings.password);
}

// By __AUTHENTICATION librdkafka tells of whatever ends a login; what it was stands in the text only. A
// connection that broke is no refusal.
bool is_cut_off(const std::string& text) {
  constexpr rd_kafka_resp_err_t kBroken[] = {RD_KAFKA_RESP_ERR__TRANSPORT, RD_KAFKA_RESP_ERR__TIMED_OUT};
  return std::any_of(std::begin(kBroken), std::end(kBroken), [&text](rd_kafka_resp_err_t code) {
    return text.find(rd_kafka_err2str(code)) != std::string::npos;
  });
}

}  // namespace

Result<KafkaClient> make_kafka_client(const settings::KafkaSettings& settings, rd_kafka_type_t type,
                                      KafkaProperties more) {
  Properties properties;
  properties.set("bootstrap.servers", settings.brokers);
  properties.set("client.id", "payferry");
  properties.set("socket.keepalive.enable", "true");
  properties.set("log.connection.close", "false");  // brokers close what is idle
  properties.set("log.queue", "true");
  properties.set("allow.auto.create.topics", "false");
  set_security(properties, settings);
  for (const auto& [key, value] : more) properties.set(key, value);
  if (!properties.problem().empty())
    return make_error(Errc::internal, "Kafka: librdkafka does not take " + properties.problem());
  rd_kafka_conf_set_events(properties.get(), RD_KAFKA_EVENT_DR | RD_KAFKA_EVENT_FETCH | RD_KAFKA_EVENT_LOG |
                                                 RD_KAFKA_EVENT_ERROR | RD_KAFKA_EVENT_REBALANCE |
                                                 RD_KAFKA_EVENT_OFFSET_COMMIT);
  char text[512];
  KafkaClient client(rd_kafka_new(type, properties.get(), text, sizeof text));
  if (!client) {
    if (!settings.ca_file.empty() && std::string_view(text).find("ssl.ca.location") != std::string_view::npos)
      return make_error(Errc::usage, "source.kafka.ca_file: holds no PEM certificates: " + settings.ca_file);
    return make_error(Errc::unreachable, name_of(settings) + ": " + text);
  }
  (void)properties.release();  // the client's now
  rd_kafka_set_log_queue(client.get(), nullptr);
  if (type == RD_KAFKA_CONSUMER) rd_kafka_poll_set_consumer(client.get());
  return client;
}

void report_to(rd_kafka_queue_t* queue, int descriptor) {
  const std::uint64_t one = 1;
  rd_kafka_queue_io_event_enable(queue, descriptor, &one, sizeof one);
}

std::string name_of(const settings::KafkaSettings& settings) {
  return "topic " + settings.topic + " at " + settings.brokers;
}

bool is_of_a_connection(rd_kafka_resp_err_t code) {
  switch (code) {
    case RD_KAFKA_RESP_ERR__TRANSPORT:
    case RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN:
    case RD_KAFKA_RESP_ERR__RESOLVE:
    case RD_KAFKA_RESP_ERR__TIMED_OUT:
    case RD_KAFKA_RESP_ERR__SSL:
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      return true;
    default:
      return false;
  }
}

Error kafka_error(const std::string& what, rd_kafka_resp_err_t code, const std::string& text) {
  const std::string message = what + ": " + text;
  switch (code) {
    case RD_KAFKA_RESP_ERR__SSL:
      return make_error(Errc::untrusted,
                        message + "; check source.kafka.ca_file and the hosts' names in brokers");
    case RD_KAFKA_RESP_ERR__AUTHENTICATION:
      if (is_cut_off(text)) return make_error(Errc::unreachable, message);
      return make_error(Errc::refused, message);
    case RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED:
    case RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM:
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
    case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
      return make_error(Errc::refused, message);
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return make_error(Errc::usage, message);
    default:
      return make_error(Errc::unreachable, message);
  }
}

void KafkaNotices::add(std::string text) {
  if (text == last_ours_ || ours_.size() >= kMostNotices) return;
  last_ours_ = text;
  ours_.push_back(std::move(text));
}

void KafkaNotices::add_of_library(std::string text) {
  if (text == last_of_library_ || of_library_.size() >= kMostOfLibrary) return;
  last_of_library_ = text;
  of_library_.push_back(std::move(text));
}

void KafkaNotices::add_log(rd_kafka_event_t* event) {
  const char* facility = nullptr;
  const char* text = nullptr;
  int level = 0;
  if (rd_kafka_event_log(event, &facility, &text, &level) == 0 && level <= kWarning)
    add_of_library(std::string("Kafka: ") + text);
}

std::string KafkaNotices::take(Moment now) {
  std::deque<std::string>& waiting = ours_.empty() ? of_library_ : ours_;
  if (waiting.empty() || now < next_) return {};
  next_ = now + kBetweenNotices;
  std::string text = std::move(waiting.front());
  waiting.pop_front();
  return text;
}

}  // namespace payferry::intake
