#include "intake/kafka_commits.hpp"

namespace payferry::intake {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kAgain{1};

}  // namespace

KafkaCommits::KafkaCommits(rd_kafka_t* client, const settings::KafkaSettings& settings, int descriptor)
    : client_(client), topic_(settings.topic), name_(name_of(settings)), queue_(rd_kafka_queue_new(client)) {
  report_to(queue_.get(), descriptor);
}

void KafkaCommits::go_on(KafkaNotices& notices) {
  hear(milliseconds(0), notices);
  send();
}

void KafkaCommits::send() {
  if (under_way_ || Steady::now() < not_before_) return;
  sent_ = offsets_.due();
  if (sent_.empty()) return;
  const KafkaPlaces places(rd_kafka_topic_partition_list_new(static_cast<int>(sent_.size())));
  for (const auto& [partition, next] : sent_)
    rd_kafka_topic_partition_list_add(places.get(), topic_.c_str(), partition)->offset = next;
  const rd_kafka_resp_err_t code =
      rd_kafka_commit_queue(client_, places.get(), queue_.get(), nullptr, nullptr);
  under_way_ = code == RD_KAFKA_RESP_ERR_NO_ERROR;
  if (!under_way_) not_before_ = Steady::now() + kAgain;
}

void KafkaCommits::hear(milliseconds most, KafkaNotices& notices) {
  int wait = static_cast<int>(most.count());
  while (const KafkaEvent event{rd_kafka_queue_poll(queue_.get(), wait)}) {
    wait = 0;
    if (rd_kafka_event_type(event.get()) != RD_KAFKA_EVENT_OFFSET_COMMIT) continue;
    under_way_ = false;
    const rd_kafka_resp_err_t code = rd_kafka_event_error(event.get());
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      offsets_.committed(sent_);
      continue;
    }
    not_before_ = Steady::now() + kAgain;
    if (!is_of_a_connection(code))
      notices.add(name_ + ": offsets are committed later: " + rd_kafka_err2str(code));
  }
}

void KafkaCommits::flush(milliseconds most, KafkaNotices& notices) {
  const Steady::time_point until = Steady::now() + most;
  not_before_ = {};
  while (Steady::now() < until) {
    send();
    if (!under_way_) return;
    hear(std::chrono::ceil<milliseconds>(until - Steady::now()), notices);
  }
}

void KafkaCommits::drop(std::int32_t partition) {
  offsets_.drop(partition);
  sent_.erase(partition);
}

}  // namespace payferry::intake
