#include "enqueue/sender.hpp"

#include <algorithm>
#include <utility>

#include "core/crash_point.hpp"

namespace payferry::enqueue {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// What waits for its confirms may take so much memory, and one line more.
constexpr std::size_t kWindowBytes = 4 * 1024 * 1024;
// A broker that is alive and says nothing of our messages for so long is tried by another connection.
constexpr seconds kSilence{60};
constexpr seconds kWorthTelling{5};
// After a stop, confirms are waited for so long.
constexpr seconds kStopping{5};
// Progress is kept so often at least, where there is any.
constexpr milliseconds kKeepEvery{250};
// The connection's heartbeat wants attention at least that often.
constexpr milliseconds kLongestWait{1000};
// Messages between two looks at what the broker says.
constexpr int kBurst = 64;

}  // namespace

Sender::Sender(const settings::Settings& settings, std::size_t window, Keeper& keeper, telemetry::Log& log)
    : settings_(settings),
      window_(window),
      keeper_(keeper),
      log_(log),
      outbox_(window, kWindowBytes, keeper.kept().mark),
      lines_(keeper.kept().mark.place.lines),
      reconnect_(intake::Reconnect::at_start()),
      refusals_(settings.run.outage),
      begin_(keeper.kept().mark) {
  show();
}

Ending Sender::run(Feed& feed) {
  for (;;) {
    fill(feed);
    if (const Result<void> kept = keep_if_due(); !kept) return close({Outcome::ledger, kept.error().message});
    show();
    if (std::optional<Ending> ending = ended()) return close(std::move(*ending));
    if (!link_)
      connect();
    else
      converse();
  }
}

void Sender::fill(Feed& feed) {
  while (outbox_.has_room() && !stopping_ && !feed_ended_ && !feed_error_) {
    if (!batch_ || taken_ == batch_->lines.size()) {
      if (batch_) {
        feed_ended_ = batch_->end;
        feed_error_ = batch_->error;
      }
      batch_ = feed_ended_ || feed_error_ ? std::nullopt : feed.take();
      taken_ = 0;
      if (!batch_) return;
      continue;
    }
    ++lines_;
    outbox_.add(std::move(batch_->lines[taken_++]));
  }
}

Result<void> Sender::keep_if_due() {
  const bool whole = feed_ended_ && outbox_.done() > 0 && outbox_.open() == 0;
  const bool many = outbox_.done() >= std::max<std::size_t>(1, window_ / 2);
  const bool late = Clock::now() - kept_at_ >= kKeepEvery;
  if (outbox_.done() == 0 || !(whole || many || late || stopping_)) return {};
  const Mark mark = outbox_.mark();
  const Result<void> kept = keeper_.keep(mark, outbox_.take_done(), whole);
  kept_at_ = Clock::now();
  return kept;
}

// Whether there is nothing left to do, or no hope to do it.
std::optional<Ending> Sender::ended() {
  if (given_up_) return given_up_;
  if (feed_ended_ && outbox_.empty()) return completed();
  if (feed_error_ && outbox_.empty()) return Ending{Outcome::unfinished, feed_error_->message};
  return stopping_ ? stopped() : std::nullopt;
}

// A list without lines comes here with nothing kept yet.
Ending Sender::completed() {
  const Mark& mark = outbox_.mark();
  if (mark.place.lines != mark.confirmed + mark.rejected)
    return {Outcome::internal, "lines that were read are neither confirmed nor rejected"};
  if (!keeper_.kept().complete) {
    const Result<void> kept = keeper_.keep(mark, "", true);
    if (!kept) return {Outcome::ledger, kept.error().message};
  }
  return {mark.rejected > 0 ? Outcome::failures : Outcome::complete, ""};
}

std::optional<Ending> Sender::stopped() {
  const std::lock_guard lock(mutex_);
  if (link_ && outbox_.unconfirmed() > 0 && Clock::now() < stop_until_ && !severed_) return std::nullopt;
  return Ending{Outcome::unfinished, stop_reason_};
}

// One attempt, or one wait before it. What is wrong after it was right once, only time tells.
void Sender::connect() {
  const milliseconds pause = reconnect_.pause(Clock::now());
  if (pause.count() > 0) return wake_up_.wait(-1, std::min(pause, kLongestWait));
  Result<std::unique_ptr<intake::AmqpPublisher>> opened = intake::AmqpPublisher::open(settings_.source.amqp);
  if (opened) return connected(std::move(*opened));
  const Error& error = opened.error();
  if (!met_ && error.code != Errc::unreachable)
    return give_up(error.code == Errc::usage ? Outcome::usage : Outcome::refused, error.message);
  reconnect_.failed(Clock::now());
  if (!reconnect_.is_hopeless(Clock::now())) return;
  give_up(met_ ? Outcome::unfinished : Outcome::refused, error.message);
}

void Sender::connected(std::unique_ptr<intake::AmqpPublisher> link) {
  {
    const std::lock_guard lock(mutex_);
    link_ = std::move(link);
  }
  if (met_) log_.info("queue_reached_again", {{"queue", settings_.source.amqp.queue}});
  if (!met_) reconnect_ = intake::Reconnect(settings_.run.outage);
  met_ = true;
  blocked_.clear();
  heard_ = Clock::now();
}

// One round with the broker.
void Sender::converse() {
  const Result<bool> answered = take_answers();
  if (!answered) return lose(answered.error());
  const Result<bool> published = publish_some();
  if (!published) return lose(published.error());
  if (is_ended_by_silence()) return;
  look_for_queue();
  // Only what was confirmed shows that a connection is of use; where nothing waits for it, the connection is.
  if (outbox_.unconfirmed() == 0 && !outbox_.next()) reconnect_.succeeded();
  if (!*answered && !*published) wait();
}

// Gives up, or gives up the connection, where the broker is alive and of no use for too long. One that says
// it is short of something keeps what it has until it is not: another connection would be told the same.
bool Sender::is_ended_by_silence() {
  const auto silence = Clock::now() - heard_;
  const std::string queue = "queue " + settings_.source.amqp.queue;
  if (!blocked_.empty()) {
    if (silence < settings_.run.outage) return false;
    give_up(Outcome::unfinished, queue + ": the broker has taken nothing for run.outage (" + blocked_ +
                                     "); start the same command again when it does");
    return true;
  }
  const milliseconds most = std::min<milliseconds>(kSilence, settings_.run.outage);
  if (outbox_.unconfirmed() == 0 || silence < most) return false;
  const auto waited = std::chrono::duration_cast<seconds>(silence).count();
  lose(make_error(Errc::unreachable, queue + ": the broker has confirmed nothing for " +
                                         std::to_string(waited) + " s; look at its log and alarms"));
  return true;
}

// What was on its way to a queue that is deleted may never be answered for: not even returned. Whether it is
// there another connection asks.
void Sender::look_for_queue() {
  const bool silent = outbox_.unconfirmed() > 0 && blocked_.empty() && Clock::now() - heard_ >= kWorthTelling;
  if (!silent || given_up_ || Clock::now() - looked_at_ < kWorthTelling) return;
  looked_at_ = Clock::now();
  const auto seen = intake::AmqpPublisher::open(settings_.source.amqp);
  if (seen || seen.error().code != Errc::usage) return;
  give_up(Outcome::usage,
          seen.error().message +
              ": the queue is not there any more; make it again, and start the same command again");
}

// Whether there was anything. A message that came back is confirmed right after: nothing more is listened to.
Result<bool> Sender::take_answers() {
  bool any = false;
  bool refused = false;
  while (!given_up_) {
    const Result<std::optional<Answer>> answer = link_->take();
    if (!answer) return answer.error();
    if (!*answer) break;
    any = true;
    refused = refused || (*answer)->kind == Answer::Kind::refused;
    obey(**answer);
  }
  look_at_refusals(refused);
  return any;
}

void Sender::obey(const Answer& answer) {
  heard_ = Clock::now();
  switch (answer.kind) {
    case Answer::Kind::confirmed:
      outbox_.confirmed(answer.tag, answer.and_before);
      reconnect_.succeeded();
      refusals_.succeeded();
      return;
    case Answer::Kind::refused:
      return outbox_.refused(answer.tag, answer.and_before);
    case Answer::Kind::returned:
      return give_up(Outcome::usage, answer.why +
                                         ": a message came back, because the queue is not there any more; "
                                         "make it again, and start the same command again");
    case Answer::Kind::blocked:
      blocked_ = answer.why.empty() ? "no reason given" : answer.why;
      return log_.warn("queue_blocked", {{"queue", settings_.source.amqp.queue}, {"reason", blocked_}});
    case Answer::Kind::unblocked:
      blocked_.clear();
      return log_.info("queue_unblocked", {{"queue", settings_.source.amqp.queue}});
    case Answer::Kind::nothing:
      return;
  }
}

// A queue that is full refuses all that is on its way at once: that is one failure, not a thousand.
void Sender::look_at_refusals(bool refused) {
  if (!refused || !refusals_.is_due(Clock::now())) return;
  if (refusals_.is_hopeless(Clock::now()))
    return give_up(Outcome::unfinished, "queue " + settings_.source.amqp.queue +
                                            ": the broker refuses every message; is the queue full?");
  refusals_.failed(Clock::now());
  log_.warn("queue_refuses",
            {{"queue", settings_.source.amqp.queue},
             {"message", "the broker did not take messages; is the queue full? They go again"}});
}

bool Sender::may_publish() const {
  return outbox_.next() && !stopping_ && !given_up_ && blocked_.empty() && refusals_.is_due(Clock::now());
}

Result<bool> Sender::publish_some() {
  int count = 0;
  for (; count < kBurst && may_publish() && link_->has_room(); ++count) {
    const Outgoing& line = *outbox_.next();
    if (outbox_.unconfirmed() == 0) heard_ = Clock::now();
    const Result<std::uint64_t> tag = link_->publish(line.body, line.id);
    if (!tag) return tag.error();
    outbox_.sent(*tag);
    ++sent_;
    crash_point("after a message is sent");
  }
  return count > 0;
}

void Sender::lose(const Error& error) {
  log_.warn("queue_lost", {{"queue", settings_.source.amqp.queue},
                           {"message", error.message},
                           {"unconfirmed", static_cast<std::uint64_t>(outbox_.unconfirmed())}});
  {
    const std::lock_guard lock(mutex_);
    link_.reset();
  }
  outbox_.lost();
  blocked_.clear();
  reconnect_.failed(Clock::now());
  if (reconnect_.is_hopeless(Clock::now())) give_up(Outcome::unfinished, error.message);
}

void Sender::wait() {
  if (link_->has_something()) return;
  milliseconds most = kLongestWait;
  if (outbox_.done() > 0) most = std::min(most, kKeepEvery);
  const milliseconds pause = refusals_.pause(Clock::now());
  if (pause.count() > 0) most = std::min(most, pause);
  wake_up_.wait(link_->socket(), most, may_publish());
}

std::string Sender::held_by() const {
  if (!link_) return met_ ? "a lost connection" : "connecting";
  if (!blocked_.empty()) return "the broker (" + blocked_ + ")";
  if (!refusals_.is_due(Clock::now())) return "the queue, which refuses";
  const bool silent = outbox_.unconfirmed() > 0 && Clock::now() - heard_ >= kWorthTelling;
  return silent ? "the broker, which confirms nothing" : "";
}

void Sender::show() {
  const std::lock_guard lock(mutex_);
  standing_.lines = lines_;
  standing_.kept = keeper_.kept().mark;
  standing_.complete = keeper_.kept().complete;
  standing_.unconfirmed = lines_ - standing_.kept.confirmed - standing_.kept.rejected;
  standing_.held_by = held_by();
  standing_.sent = sent_;
  standing_.sent_again = outbox_.again();
  standing_.confirmed = standing_.kept.confirmed - begin_.confirmed;
  standing_.rejected = standing_.kept.rejected - begin_.rejected;
}

Standing Sender::standing() const {
  const std::lock_guard lock(mutex_);
  return standing_;
}

void Sender::stop(const std::string& why) {
  {
    const std::lock_guard lock(mutex_);
    if (stop_reason_.empty()) {
      stop_reason_ = why;
      stop_until_ = Clock::now() + kStopping;
    }
  }
  stopping_ = true;
  wake();
}

void Sender::sever() noexcept {
  severed_ = true;
  const std::lock_guard lock(mutex_);
  if (link_) link_->sever();
  wake();
}

Ending Sender::close(Ending ending) {
  if (outbox_.done() > 0 && ending.outcome != Outcome::ledger) {
    const Mark mark = outbox_.mark();
    const Result<void> kept = keeper_.keep(mark, outbox_.take_done(), false);
    if (!kept) ending = {Outcome::ledger, kept.error().message};
  }
  if (link_ && !severed_) link_->close();
  show();
  const std::lock_guard lock(mutex_);
  link_.reset();
  standing_.held_by.clear();
  return ending;
}

}  // namespace payferry::enqueue
