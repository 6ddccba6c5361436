#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "enqueue/feed.hpp"
#include "enqueue/keeper.hpp"
#include "enqueue/outbox.hpp"
#include "enqueue/standing.hpp"
#include "intake/amqp_publisher.hpp"
#include "intake/reconnect.hpp"
#include "intake/wake_up.hpp"
#include "telemetry/log.hpp"

namespace payferry::enqueue {

// Sends what the feed brings, and keeps how far the broker has confirmed it, until there is nothing left or
// no hope. No wait in here is longer than a second, but those inside the library: for its answer to one
// question (10 s), and in sending to a broker that has stopped reading, which sever() ends.
class Sender {
 public:
  // Everything must outlive it. `window`: lines that are sent and not kept at most.
  Sender(const settings::Settings& settings, std::size_t window, Keeper& keeper, telemetry::Log& log);

  // Blocks; on a thread of its own. The feed calls wake().
  Ending run(Feed& feed);
  // From here on from any thread.
  void wake() noexcept { wake_up_.wake(); }
  // Sends nothing more, and ends when what is on its way was confirmed, or after a few seconds.
  void stop(const std::string& why);
  // Waits for nothing any more.
  void sever() noexcept;
  Standing standing() const;

 private:
  using Clock = std::chrono::steady_clock;
  using Answer = intake::AmqpPublisher::Answer;

  void fill(Feed& feed);
  Result<void> keep_if_due();
  std::optional<Ending> ended();
  Ending completed();
  std::optional<Ending> stopped();
  void connect();
  void connected(std::unique_ptr<intake::AmqpPublisher> link);
  void converse();
  Result<bool> take_answers();
  void obey(const Answer& answer);
  Result<bool> publish_some();
  bool may_publish() const;
  void look_for_queue();
  bool is_ended_by_silence();
  void lose(const Error& error);
  void look_at_refusals(bool refused);
  void wait();
  std::string held_by() const;
  void show();
  void give_up(Outcome outcome, const std::string& reason) {
    if (!given_up_) given_up_ = Ending{outcome, reason};
  }
  Ending close(Ending ending);

  const settings::Settings& settings_;
  std::size_t window_;
  Keeper& keeper_;
  telemetry::Log& log_;
  intake::WakeUp wake_up_;

  Outbox outbox_;
  std::optional<Feed::Batch> batch_;
  std::size_t taken_ = 0;  // of the batch's lines
  std::uint64_t lines_;    // that were read, by the feed's own count
  bool feed_ended_ = false;
  std::optional<Error> feed_error_;

  std::unique_ptr<intake::AmqpPublisher> link_;  // null: there is none
  bool met_ = false;                             // there was one once
  intake::Reconnect reconnect_;
  intake::Reconnect refusals_;     // when messages that were refused go again
  std::string blocked_;            // why the broker takes nothing; empty: it does
  Clock::time_point looked_at_{};  // when a silence was last looked into
  Clock::time_point heard_{};  // when the broker last said something of our messages, or had nothing to say
  Clock::time_point kept_at_{};
  std::optional<Ending> given_up_;
  std::uint64_t sent_ = 0;
  Mark begin_;

  std::atomic<bool> stopping_{false};
  std::atomic<bool> severed_{false};
  mutable std::mutex mutex_;  // of what follows, and of exchanging link_
  std::string stop_reason_;
  Clock::time_point stop_until_{};
  Standing standing_;
};

}  // namespace payferry::enqueue
