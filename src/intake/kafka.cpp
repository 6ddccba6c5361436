#include "intake/kafka.hpp"

#include <algorithm>
#include <set>
#include <utility>

#include "intake/kafka_client.hpp"
#include "intake/kafka_commits.hpp"
#include "intake/kafka_contact.hpp"
#include "intake/kafka_letters.hpp"
#include "intake/wake_up.hpp"

namespace payferry::intake {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// How long a partition that another consumer is to have is kept until what was read of it is admitted.
constexpr std::chrono::seconds kHandOver{5};
// The members of a group hear of a change with their heartbeats, and join again.
constexpr std::chrono::seconds kHeartbeat{3};
constexpr std::chrono::seconds kSettling{4};
constexpr std::chrono::seconds kClosing{5};  // each of its steps

class Consumer final : public QueueLink {
 public:
  Consumer(const settings::KafkaSettings& settings, milliseconds outage)
      : settings_(settings), name_(name_of(settings)), outage_(outage) {}

  Result<void> open();
  Result<void> consume() override;
  Result<std::optional<Delivery>> take() override;
  void refuse(std::uint64_t tag, const std::string& code) override;
  Result<void> settle(const Deliveries::Settled& settled) override;
  bool has_something() const override { return wake_up_.is_woken(); }
  int socket() const override { return wake_up_.descriptor(); }
  bool is_listening() const override;
  std::string notice() override { return notices_.take(Steady::now()); }
  std::optional<Moment> lost_since() const override { return contact_.since(); }
  void close() override;

 private:
  Result<void> look_around();
  Result<void> collect_letters();
  Result<std::optional<Delivery>> deliver(KafkaEvent event);
  Result<void> hear(rd_kafka_event_t* event);
  Result<void> hear_error(rd_kafka_event_t* event);
  void rebalance(rd_kafka_event_t* event);
  bool is_handing_over();
  void hand_over();
  void unassign(const rd_kafka_topic_partition_list_t* places);
  void flush_letters();
  void leave();

  settings::KafkaSettings settings_;
  std::string name_;
  milliseconds outage_;
  WakeUp wake_up_;  // written to by the library
  KafkaClient client_;
  KafkaQueue queue_;
  std::optional<KafkaCommits> commits_;
  std::unique_ptr<KafkaLetters> letters_;  // null: rejected messages go nowhere
  KafkaEvent last_;                        // holds the message that was taken last
  const rd_kafka_message_t* last_message_ = nullptr;
  KafkaNotices notices_;
  KafkaContact contact_;
  bool consuming_ = false;
  bool joined_ = false;  // the group has said which partitions are ours
  std::set<std::int32_t> assigned_;
  std::set<std::int32_t> at_end_;  // partitions that were read to their end
  KafkaPlaces leaving_;            // partitions that another consumer is to have
  Moment leave_by_{};
};

Result<void> Consumer::open() {
  Result<KafkaClient> client =
      make_kafka_client(settings_, RD_KAFKA_CONSUMER,
                        {{"group.id", settings_.group},
                         {"enable.auto.commit", "false"},
                         {"enable.auto.offset.store", "false"},
                         {"auto.offset.reset", "earliest"},
                         {"partition.assignment.strategy", "cooperative-sticky"},
                         {"session.timeout.ms", "10000"},
                         {"heartbeat.interval.ms", std::to_string(kHeartbeat.count() * 1000)},
                         {"enable.partition.eof", "true"},
                         {"queued.min.messages", "50000"},
                         {"queued.max.messages.kbytes", "32768"}});
  if (!client) return client.error();
  client_ = std::move(*client);
  queue_.reset(rd_kafka_queue_get_consumer(client_.get()));
  commits_.emplace(client_.get(), settings_, wake_up_.descriptor());
  report_to(queue_.get(), wake_up_.descriptor());
  if (const Result<void> found = find_topics(client_.get(), queue_.get(), settings_); !found) return found;
  if (settings_.dead_letter.empty()) return {};
  Result<std::unique_ptr<KafkaLetters>> letters = KafkaLetters::open(settings_, wake_up_.descriptor());
  if (!letters) return letters.error();
  letters_ = std::move(*letters);
  return {};
}

Result<void> Consumer::consume() {
  const KafkaPlaces topics(rd_kafka_topic_partition_list_new(1));
  rd_kafka_topic_partition_list_add(topics.get(), settings_.topic.c_str(), RD_KAFKA_PARTITION_UA);
  const rd_kafka_resp_err_t subscribed = rd_kafka_subscribe(client_.get(), topics.get());
  if (subscribed != RD_KAFKA_RESP_ERR_NO_ERROR)
    return kafka_error(name_, subscribed, rd_kafka_err2str(subscribed));
  consuming_ = true;
  return {};
}

Result<std::optional<QueueLink::Delivery>> Consumer::take() {
  wake_up_.wait(-1, milliseconds(0));
  if (const Result<void> looked = look_around(); !looked) return looked.error();
  if (const Result<void> collected = collect_letters(); !collected) return collected.error();
  commits_->go_on(notices_);
  if (is_handing_over()) return std::optional<Delivery>();
  while (KafkaEvent event{rd_kafka_queue_poll(queue_.get(), 0)}) {
    if (rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_FETCH) {
      Result<std::optional<Delivery>> delivery = deliver(std::move(event));
      if (!delivery || *delivery) return delivery;
      continue;
    }
    if (const Result<void> heard = hear(event.get()); !heard) return heard.error();
    if (is_handing_over()) break;
  }
  return std::optional<Delivery>();
}

Result<std::optional<QueueLink::Delivery>> Consumer::deliver(KafkaEvent event) {
  const rd_kafka_message_t* const message = rd_kafka_event_message_next(event.get());
  if (message == nullptr || message->err != RD_KAFKA_RESP_ERR_NO_ERROR) return std::optional<Delivery>();
  at_end_.erase(message->partition);
  Delivery delivery{commits_->offsets().take(message->partition, message->offset),
                    std::string(static_cast<const char*>(message->payload), message->len)};
  last_ = std::move(event);
  last_message_ = message;
  return std::optional<Delivery>(std::move(delivery));
}

void Consumer::refuse(std::uint64_t tag, const std::string& code) {
  if (letters_) letters_->keep(tag, std::move(last_), last_message_, code);
}

Result<void> Consumer::settle(const Deliveries::Settled& settled) {
  if (letters_) {
    for (const std::uint64_t tag : settled.rejected) {
      if (letters_->send(tag)) commits_->offsets().hold(tag);
    }
  }
  const std::uint64_t rejected = settled.rejected.empty() ? 0 : settled.rejected.back();
  commits_->offsets().settle(std::max(settled.accepted, rejected));
  commits_->go_on(notices_);
  return {};
}

Result<void> Consumer::collect_letters() {
  if (!letters_) return {};
  const Result<std::vector<std::uint64_t>> arrived = letters_->arrived(notices_);
  if (!arrived) return arrived.error();
  for (const std::uint64_t tag : *arrived) commits_->offsets().release(tag);
  return {};
}

// Errors: nobody was there for as long as a run waits.
Result<void> Consumer::look_around() {
  if (!contact_.is_due(Steady::now())) return {};
  const bool anybody = is_anybody_there(client_.get());
  if (contact_.asked(Steady::now(), anybody))
    notices_.add(anybody ? "the queue is read again"
                         : "the queue cannot be read for now: " + name_ + ": " + contact_.why());
  if (contact_.since() && Steady::now() - *contact_.since() >= outage_)
    return make_error(Errc::unreachable, name_ + ": " + contact_.why());
  return {};
}

Result<void> Consumer::hear(rd_kafka_event_t* event) {
  switch (rd_kafka_event_type(event)) {
    case RD_KAFKA_EVENT_REBALANCE:
      rebalance(event);
      return {};
    case RD_KAFKA_EVENT_LOG:
      notices_.add_log(event);
      return {};
    case RD_KAFKA_EVENT_ERROR:
      return hear_error(event);
    default:
      return {};
  }
}

Result<void> Consumer::hear_error(rd_kafka_event_t* event) {
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event);
  const std::string text = rd_kafka_event_error_string(event);
  if (code == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
    const KafkaPlace place(rd_kafka_event_topic_partition(event));
    if (place) at_end_.insert(place->partition);
    return {};
  }
  if (is_of_a_connection(code)) {
    contact_.doubt(Steady::now(), text);
    return {};
  }
  const Error error = kafka_error(name_, code, text);
  if (code == RD_KAFKA_RESP_ERR__FATAL || error.code != Errc::unreachable) return error;
  notices_.add(error.message);
  return {};
}

void Consumer::rebalance(rd_kafka_event_t* event) {
  const rd_kafka_topic_partition_list_t* const places = rd_kafka_event_topic_partition_list(event);
  if (rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR__ASSIGN_PARTITIONS) {
    const KafkaError error(rd_kafka_incremental_assign(client_.get(), places));
    if (error) notices_.add(name_ + ": " + rd_kafka_error_string(error.get()));
    for (int at = 0; at < places->cnt; ++at) assigned_.insert(places->elems[at].partition);
    joined_ = true;
    return;
  }
  joined_ = false;
  leaving_.reset(rd_kafka_topic_partition_list_copy(places));
  // Where the group gave them away already, nothing can be committed any more.
  const bool lost = rd_kafka_assignment_lost(client_.get()) != 0;
  leave_by_ = Steady::now() + (lost ? std::chrono::seconds(0) : kHandOver);
}

// Nothing is read meanwhile, so that all that was read is admitted soon.
bool Consumer::is_handing_over() {
  if (!leaving_) return false;
  const rd_kafka_topic_partition_t* const begin = leaving_->elems;
  const bool waiting =
      std::any_of(begin, begin + leaving_->cnt, [this](const rd_kafka_topic_partition_t& place) {
        return commits_->offsets().is_waiting(place.partition);
      });
  if (waiting && Steady::now() < leave_by_) return true;
  hand_over();
  return false;
}

// What is admitted is committed before the partitions go; the rest is the new owner's. Then the group forms
// anew: librdkafka 2.0 takes a commit that the broker refuses meanwhile, as one of the past, for the loss of
// all.
void Consumer::hand_over() {
  const KafkaPlaces places = std::move(leaving_);
  if (rd_kafka_assignment_lost(client_.get()) == 0) commits_->flush(kClosing, notices_);
  unassign(places.get());
  commits_->pause(Steady::now() + kSettling);
}

void Consumer::unassign(const rd_kafka_topic_partition_list_t* places) {
  for (int at = 0; at < places->cnt; ++at) {
    const std::int32_t partition = places->elems[at].partition;
    commits_->drop(partition);
    assigned_.erase(partition);
    at_end_.erase(partition);
  }
  const KafkaError error(rd_kafka_incremental_unassign(client_.get(), places));
  if (error) notices_.add(name_ + ": " + rd_kafka_error_string(error.get()));
}

bool Consumer::is_listening() const {
  return joined_ && !leaving_ && !contact_.is_in_doubt() &&
         std::includes(at_end_.begin(), at_end_.end(), assigned_.begin(), assigned_.end());
}

void Consumer::flush_letters() {
  const Moment until = Steady::now() + kClosing;
  while (letters_ && letters_->is_waiting() && Steady::now() < until) {
    wake_up_.wait(-1, milliseconds(100));
    if (!collect_letters()) return;
  }
}

void Consumer::close() {
  flush_letters();
  commits_->flush(kClosing, notices_);
  leave();
}

// The others of the group get the partitions at once.
void Consumer::leave() {
  last_.reset();
  if (!consuming_) return;
  const KafkaError error(rd_kafka_consumer_close_queue(client_.get(), queue_.get()));
  const Moment until = Steady::now() + kClosing;
  while (!error && rd_kafka_consumer_closed(client_.get()) == 0 && Steady::now() < until) {
    const KafkaEvent event{rd_kafka_queue_poll(queue_.get(), 100)};
    if (event && rd_kafka_event_type(event.get()) == RD_KAFKA_EVENT_REBALANCE)
      unassign(rd_kafka_event_topic_partition_list(event.get()));
  }
}

}  // namespace

Result<std::unique_ptr<QueueLink>> open_kafka(const settings::KafkaSettings& settings, milliseconds outage) {
  auto consumer = std::make_unique<Consumer>(settings, outage);
  if (const Result<void> opened = consumer->open(); !opened) return opened.error();
  return std::unique_ptr<QueueLink>(std::move(consumer));
}

}  // namespace payferry::intake
