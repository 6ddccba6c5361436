#include "intake/kafka_contact.hpp"

#include <algorithm>
#include <thread>
#include <utility>

#include "core/loopback.hpp"
#include "intake/kafka_client.hpp"

namespace payferry::intake {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kFirstAnswer{8};
constexpr std::chrono::seconds kBetweenQuestions{1};
constexpr int kOneTry = 500;  // milliseconds
// The library may ask the very broker that has just gone, and one that is busy answers late.
constexpr int kSilences = 2;
// A topic that was just made is not known to all brokers yet.
constexpr std::chrono::seconds kUnknown{2};
constexpr std::chrono::milliseconds kAskAgain{100};

// What the client reported about its connections while nobody answered.
struct Trouble {
  std::optional<Error> refusal;  // nothing that time would mend
  std::string last;
  bool all_down = false;
};

void listen(rd_kafka_queue_t* queue, const std::string& name, Trouble& trouble) {
  while (const KafkaEvent event{rd_kafka_queue_poll(queue, 0)}) {
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_ERROR) continue;
    const rd_kafka_resp_err_t code = rd_kafka_event_error(event.get());
    const std::string text = rd_kafka_event_error_string(event.get());
    if (code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN) {
      trouble.all_down = true;
      continue;
    }
    const Error error = kafka_error(name, code, text);
    if (error.code != Errc::unreachable) trouble.refusal = error;
    trouble.last = text;
  }
}

Error mend_of(const std::string& key, Error error) {
  if (error.code == Errc::usage)
    error.message += "; mend source.kafka." + key + ", or create the topic: nothing is created here";
  return error;
}

// Nothing while there is hope: a topic that was just made has no leader yet.
std::optional<Result<void>> judge(const rd_kafka_metadata_t& found, const settings::KafkaSettings& settings,
                                  const std::string& key, const std::string& topic) {
  const rd_kafka_metadata_broker* const brokers = found.brokers;
  const auto* const far =
      std::find_if(brokers, brokers + found.broker_cnt,
                   [](const rd_kafka_metadata_broker& broker) { return !is_loopback(broker.host); });
  if (!settings.tls && far != brokers + found.broker_cnt)
    return make_error(
        Errc::untrusted,
        name_of(settings) + ": a broker tells to call it " + far->host +
            ", which would send messages in the clear over a network; mend its advertised.listeners, or "
            "remove `tls: false`");
  const rd_kafka_resp_err_t code = found.topic_cnt == 1 ? found.topics[0].err : RD_KAFKA_RESP_ERR__TIMED_OUT;
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return Result<void>();
  const Error error =
      mend_of(key, kafka_error("topic " + topic + " at " + settings.brokers, code, rd_kafka_err2str(code)));
  if (error.code == Errc::unreachable) return std::nullopt;
  return error;
}

Result<void> find_topic(rd_kafka_t* client, rd_kafka_queue_t* queue, const settings::KafkaSettings& settings,
                        const std::string& key, const std::string& topic) {
  const KafkaTopic handle(rd_kafka_topic_new(client, topic.c_str(), nullptr));
  if (!handle) return make_error(Errc::usage, "source.kafka." + key + ": is no topic's name");
  const std::string name = name_of(settings);
  Trouble trouble;
  const Steady::time_point begin = Steady::now();
  const Steady::time_point until = begin + kFirstAnswer;
  while (Steady::now() < until) {
    const rd_kafka_metadata_t* found = nullptr;
    const rd_kafka_resp_err_t asked = rd_kafka_metadata(client, 0, handle.get(), &found, kOneTry);
    const KafkaMetadata metadata(found);
    if (asked == RD_KAFKA_RESP_ERR_NO_ERROR) {
      const auto judged = judge(*metadata, settings, key, topic);
      const bool is_unknown = judged && !*judged && judged->error().code == Errc::usage;
      if (judged && (!is_unknown || Steady::now() >= begin + kUnknown)) return *judged;
      std::this_thread::sleep_for(kAskAgain);
    }
    listen(queue, name, trouble);
    if (trouble.refusal && trouble.all_down) break;
  }
  if (trouble.refusal) return *trouble.refusal;
  return make_error(Errc::unreachable, name + ": " + (trouble.last.empty() ? "no answer" : trouble.last));
}

}  // namespace

Result<void> find_topics(rd_kafka_t* client, rd_kafka_queue_t* queue,
                         const settings::KafkaSettings& settings) {
  Result<void> found = find_topic(client, queue, settings, "topic", settings.topic);
  if (found && !settings.dead_letter.empty())
    found = find_topic(client, queue, settings, "dead_letter", settings.dead_letter);
  return found;
}

bool is_anybody_there(rd_kafka_t* client) {
  const rd_kafka_metadata_t* found = nullptr;
  const rd_kafka_resp_err_t asked = rd_kafka_metadata(client, 0, nullptr, &found, kOneTry);
  const KafkaMetadata metadata(found);
  return asked == RD_KAFKA_RESP_ERR_NO_ERROR;
}

void KafkaContact::doubt(Moment now, std::string why) {
  why_ = std::move(why);
  if (since_) return;
  since_ = now;
  next_ = now;
}

bool KafkaContact::asked(Moment now, bool anybody) {
  silences_ = anybody ? 0 : silences_ + 1;
  const bool was = std::exchange(lost_, silences_ >= kSilences);
  if (anybody) since_.reset();
  next_ = now + kBetweenQuestions;
  return was != lost_;
}

}  // namespace payferry::intake
