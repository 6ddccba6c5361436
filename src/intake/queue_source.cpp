#include "intake/queue_source.hpp"

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>

#include "intake/amqp.hpp"
#include "intake/deliveries.hpp"
#include "intake/identity.hpp"
#include "intake/kafka.hpp"
#include "intake/message.hpp"
#include "intake/queue_position.hpp"
#include "intake/reconnect.hpp"
#include "intake/row.hpp"
#include "intake/wake_up.hpp"

namespace payferry::intake {
namespace {

using std::chrono::milliseconds;
using Steady = std::chrono::steady_clock;

// What one batch may hold at most, as of a list.
constexpr std::uint64_t kBatchEntries = 8 * 1024;
constexpr std::size_t kBatchBytes = 4 * 1024 * 1024;
// A batch that has begun waits so long for more: a commit for each message would be slow.
constexpr milliseconds kGather{10};
// The connection's heartbeat wants attention at least that often.
constexpr milliseconds kLongestWait{1000};

using Link = std::unique_ptr<QueueLink>;

// One kind of queue, as the settings name it.
struct Kind {
  // What tells one queue from another.
  std::string kind;
  std::string where;
  std::string name;
  std::function<Result<Link>()> open;
};

class QueueSource final : public Source {
 public:
  QueueSource(const settings::Settings& settings, Kind kind, Link link)
      : kind_(std::move(kind)),
        rules_(settings.target),
        idle_exit_(settings.source.idle_exit),
        identity_(identity_of_queue(kind_.kind, kind_.where, kind_.name, rules_)),
        reconnect_(settings.run.outage),
        link_(std::move(link)) {}

  std::string identity() const override { return identity_; }
  const std::vector<std::string>& columns() const override { return message_columns(); }
  bool is_queue() const override { return true; }
  Result<bool> seek(const std::string& position) override;
  Result<Batch> next(std::size_t max_lines) override;
  void acknowledge(const std::string& position) override;
  void interrupt() noexcept override;
  void finish() override;

 private:
  Result<void> connect(Batch& batch);
  Result<void> gather(Batch& batch, std::size_t max_lines);
  void take(const QueueLink::Delivery& delivery, Batch& batch);
  bool is_full(const Batch& batch, std::size_t max_lines) const;
  bool is_idle() const;
  void wait(milliseconds most);
  Result<void> tell_broker();
  void lose(const Error& error, Batch& batch);
  Batch end_of(Batch batch, bool end);

  Kind kind_;
  settings::TargetSettings rules_;
  std::optional<milliseconds> idle_exit_;
  std::string identity_;
  Reconnect reconnect_;
  Link link_;  // null: lost
  bool consuming_ = false;
  bool began_ = false;
  std::uint64_t count_ = 0;  // messages of this reading
  std::size_t bytes_ = 0;    // of this batch's messages
  Deliveries deliveries_;
  Steady::time_point heard_{};  // when the queue was last not empty
  WakeUp wake_up_;
  std::atomic<bool> interrupted_{false};
  std::mutex mutex_;  // acknowledge() comes from another thread than next()
  std::string durable_;
};

Result<bool> QueueSource::seek(const std::string& position) {
  const std::optional<std::uint64_t> count = count_from(position);
  if (!count) return false;
  count_ = *count;
  return true;
}

void QueueSource::acknowledge(const std::string& position) {
  {
    const std::lock_guard lock(mutex_);
    durable_ = position;
  }
  wake_up_.wake();
}

void QueueSource::interrupt() noexcept {
  interrupted_ = true;
  wake_up_.wake();
}

// The first batch is empty: it says that the queue is being read, and so is not known to be at its end.
Result<Batch> QueueSource::next(std::size_t max_lines) {
  Batch batch;
  bytes_ = 0;
  if (!std::exchange(began_, true)) return end_of(std::move(batch), false);
  for (;;) {
    if (interrupted_) return make_error(Errc::stopped, "reading the queue was stopped");
    if (!consuming_) {
      if (const Result<void> connected = connect(batch); !connected) return connected.error();
      if (!batch.notice.empty()) return end_of(std::move(batch), false);
      continue;
    }
    const Result<void> gathered = gather(batch, max_lines);
    if (!gathered) {
      lose(gathered.error(), batch);
      return end_of(std::move(batch), false);
    }
    if (batch.lines > 0 || !batch.notice.empty()) return end_of(std::move(batch), false);
    if (is_idle()) return end_of(std::move(batch), true);
  }
}

// One attempt, or one wait before it. Whatever is wrong now was right before: only time tells.
Result<void> QueueSource::connect(Batch& batch) {
  if (!link_) {
    wait(reconnect_.pause(Steady::now()));
    if (interrupted_ || !reconnect_.is_due(Steady::now())) return {};
    Result<Link> opened = kind_.open();
    if (!opened) {
      if (reconnect_.is_hopeless(Steady::now())) return opened.error();
      reconnect_.failed(Steady::now());
      return {};
    }
    link_ = std::move(*opened);
    batch.notice = "the queue is read again";
  }
  if (const Result<void> consuming = link_->consume(); !consuming) {
    lose(consuming.error(), batch);
    return {};
  }
  reconnect_.succeeded();
  consuming_ = true;
  heard_ = Steady::now();
  return {};
}

Result<void> QueueSource::gather(Batch& batch, std::size_t max_lines) {
  while (!is_full(batch, max_lines) && !interrupted_) {
    if (const Result<void> told = tell_broker(); !told) return told;
    Result<std::optional<QueueLink::Delivery>> delivery = link_->take();
    if (!delivery) return delivery.error();
    if (*delivery) {
      take(**delivery, batch);
      continue;
    }
    if (batch.notice = link_->notice(); !batch.notice.empty()) return {};
    if (link_->has_something()) continue;
    const Steady::time_point before = Steady::now();
    wait(batch.lines > 0 ? kGather : kLongestWait);
    if (link_->has_something()) continue;
    if (!link_->is_listening()) heard_ = Steady::now();
    if (batch.lines > 0 && Steady::now() - before >= kGather) return {};
    if (batch.lines == 0 && is_idle()) return {};
  }
  return {};
}

bool QueueSource::is_full(const Batch& batch, std::size_t max_lines) const {
  return batch.lines >= max_lines || batch.read >= kBatchEntries || bytes_ >= kBatchBytes;
}

void QueueSource::take(const QueueLink::Delivery& delivery, Batch& batch) {
  ++batch.lines;
  bytes_ += delivery.body.size();
  heard_ = Steady::now();
  auto made = read_message(delivery.body, ++count_, rules_);
  const Reject* const reject = std::get_if<Reject>(&made);
  deliveries_.take(delivery.tag, reject != nullptr);
  if (reject != nullptr) link_->refuse(delivery.tag, reject->code);
  put(std::move(made), batch);
}

// While messages wait for their admission the queue is not done: they may come back.
bool QueueSource::is_idle() const {
  return idle_exit_ && deliveries_.waiting() == 0 && Steady::now() - heard_ >= *idle_exit_;
}

void QueueSource::wait(milliseconds most) {
  if (idle_exit_) most = std::min(most, *idle_exit_);
  wake_up_.wait(link_ ? link_->socket() : -1, most);
}

// What became durable meanwhile is acknowledged, all at once.
Result<void> QueueSource::tell_broker() {
  std::string durable;
  {
    const std::lock_guard lock(mutex_);
    durable = std::exchange(durable_, "");
  }
  if (durable.empty()) return {};
  const Deliveries::Settled settled = deliveries_.settle(durable);
  if (settled.empty()) return {};
  return link_->settle(settled);
}

// The broker delivers again whatever was not acknowledged, this batch's messages too.
void QueueSource::lose(const Error& error, Batch& batch) {
  count_ -= batch.lines;
  batch = {};
  batch.notice = "the queue cannot be read for now: " + error.message;
  deliveries_.forget();
  reconnect_.failed(link_->lost_since().value_or(Steady::now()));
  link_.reset();
  consuming_ = false;
}

Batch QueueSource::end_of(Batch batch, bool end) {
  batch.position = position_of(count_);
  batch.end = end;
  deliveries_.close_batch(batch.position);
  return batch;
}

void QueueSource::finish() {
  if (!link_) return;
  if (tell_broker()) link_->close();
  link_.reset();
  consuming_ = false;
}

Kind kind_of(const settings::Settings& settings) {
  const settings::KafkaSettings& kafka = settings.source.kafka;
  if (!kafka.topic.empty())
    return {"kafka", kafka.topic, kafka.group,
            [kafka, outage = settings.run.outage] { return open_kafka(kafka, outage); }};
  const settings::AmqpSettings& amqp = settings.source.amqp;
  return {"queue", amqp.vhost, amqp.queue, [amqp]() -> Result<Link> {
            Result<std::unique_ptr<Amqp>> opened = Amqp::open(amqp);
            if (!opened) return opened.error();
            return Link(std::move(*opened));
          }};
}

}  // namespace

Result<std::unique_ptr<Source>> open_queue(const settings::Settings& settings) {
  Kind kind = kind_of(settings);
  Result<Link> link = first_contact<Link>(kind.open);
  if (!link) return link.error();
  return std::unique_ptr<Source>(std::make_unique<QueueSource>(settings, std::move(kind), std::move(*link)));
}

}  // namespace payferry::intake
