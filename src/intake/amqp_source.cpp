#include "intake/amqp_source.hpp"

#include <atomic>
#include <mutex>
#include <optional>
#include <utility>

#include "core/digest.hpp"
#include "intake/amqp.hpp"
#include "intake/deliveries.hpp"
#include "intake/identity.hpp"
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

class AmqpSource final : public Source {
 public:
  AmqpSource(const settings::Settings& settings, std::unique_ptr<Amqp> link)
      : settings_(settings.source.amqp),
        rules_(settings.target),
        idle_exit_(settings.source.idle_exit),
        identity_(identity_of_queue(settings_.vhost, settings_.queue, rules_)),
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
  void take(const Amqp::Delivery& delivery, Batch& batch);
  bool is_full(const Batch& batch, std::size_t max_lines) const;
  bool is_idle() const;
  void wait(milliseconds most);
  Result<void> tell_broker();
  void lose(const Error& error, Batch& batch);
  Batch end_of(Batch batch, bool end);

  settings::AmqpSettings settings_;
  settings::TargetSettings rules_;
  std::optional<milliseconds> idle_exit_;
  std::string identity_;
  Reconnect reconnect_;
  std::unique_ptr<Amqp> link_;  // null: lost
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

Result<bool> AmqpSource::seek(const std::string& position) {
  const std::optional<std::uint64_t> count = count_from(position);
  if (!count) return false;
  count_ = *count;
  return true;
}

void AmqpSource::acknowledge(const std::string& position) {
  {
    const std::lock_guard lock(mutex_);
    durable_ = position;
  }
  wake_up_.wake();
}

void AmqpSource::interrupt() noexcept {
  interrupted_ = true;
  wake_up_.wake();
}

// The first batch is empty: it says that the queue is being read, and so is not known to be at its end.
Result<Batch> AmqpSource::next(std::size_t max_lines) {
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
    if (batch.lines > 0) return end_of(std::move(batch), false);
    if (is_idle()) return end_of(std::move(batch), true);
  }
}

// One attempt, or one wait before it. Whatever is wrong now was right before: only time tells.
Result<void> AmqpSource::connect(Batch& batch) {
  if (!link_) {
    wait(reconnect_.pause(Steady::now()));
    if (interrupted_ || !reconnect_.is_due(Steady::now())) return {};
    Result<std::unique_ptr<Amqp>> opened = Amqp::open(settings_);
    if (!opened) {
      if (reconnect_.is_hopeless(Steady::now())) return opened.error();
      reconnect_.failed(Steady::now());
      return {};
    }
    link_ = std::move(*opened);
    batch.notice = "the queue is read again";
  }
  if (const Result<void> consuming = link_->consume(settings_.prefetch); !consuming) {
    lose(consuming.error(), batch);
    return {};
  }
  reconnect_.succeeded();
  consuming_ = true;
  heard_ = Steady::now();
  return {};
}

Result<void> AmqpSource::gather(Batch& batch, std::size_t max_lines) {
  while (!is_full(batch, max_lines) && !interrupted_) {
    if (const Result<void> told = tell_broker(); !told) return told;
    Result<std::optional<Amqp::Delivery>> delivery = link_->take();
    if (!delivery) return delivery.error();
    if (*delivery) {
      take(**delivery, batch);
      continue;
    }
    if (link_->has_something()) continue;
    const Steady::time_point before = Steady::now();
    wait(batch.lines > 0 ? kGather : kLongestWait);
    if (link_->has_something()) continue;
    if (batch.lines > 0 && Steady::now() - before >= kGather) return {};
    if (batch.lines == 0 && is_idle()) return {};
  }
  return {};
}

bool AmqpSource::is_full(const Batch& batch, std::size_t max_lines) const {
  return batch.lines >= max_lines || batch.read >= kBatchEntries || bytes_ >= kBatchBytes;
}

void AmqpSource::take(const Amqp::Delivery& delivery, Batch& batch) {
  ++batch.lines;
  bytes_ += delivery.body.size();
  heard_ = Steady::now();
  auto made = read_message(delivery.body, ++count_, rules_);
  deliveries_.take(delivery.tag, std::holds_alternative<Reject>(made));
  put(std::move(made), batch);
}

// While messages wait for their admission the queue is not done: they may come back.
bool AmqpSource::is_idle() const {
  return idle_exit_ && deliveries_.waiting() == 0 && Steady::now() - heard_ >= *idle_exit_;
}

void AmqpSource::wait(milliseconds most) {
  if (idle_exit_) most = std::min(most, *idle_exit_);
  wake_up_.wait(link_ ? link_->socket() : -1, most);
}

// What became durable meanwhile is acknowledged, all at once.
Result<void> AmqpSource::tell_broker() {
  std::string durable;
  {
    const std::lock_guard lock(mutex_);
    durable = std::exchange(durable_, "");
  }
  if (durable.empty()) return {};
  const Deliveries::Settled settled = deliveries_.settle(durable);
  for (const std::uint64_t tag : settled.rejected) {
    if (const Result<void> rejected = link_->reject(tag); !rejected) return rejected;
  }
  if (settled.accepted == 0) return {};
  return link_->acknowledge(settled.accepted);
}

// The broker delivers again whatever was not acknowledged, this batch's messages too.
void AmqpSource::lose(const Error& error, Batch& batch) {
  count_ -= batch.lines;
  batch = {};
  batch.notice = "the queue cannot be read for now: " + error.message;
  deliveries_.forget();
  link_.reset();
  consuming_ = false;
  reconnect_.failed(Steady::now());
}

Batch AmqpSource::end_of(Batch batch, bool end) {
  batch.position = position_of(count_);
  batch.end = end;
  deliveries_.close_batch(batch.position);
  return batch;
}

void AmqpSource::finish() {
  if (!link_) return;
  if (tell_broker()) link_->close();
  link_.reset();
  consuming_ = false;
}

}  // namespace

Result<std::unique_ptr<Source>> open_amqp(const settings::Settings& settings) {
  Result<std::unique_ptr<Amqp>> link =
      first_contact<std::unique_ptr<Amqp>>([&] { return Amqp::open(settings.source.amqp); });
  if (!link) return link.error();
  return std::unique_ptr<Source>(std::make_unique<AmqpSource>(settings, std::move(*link)));
}

}  // namespace payferry::intake
