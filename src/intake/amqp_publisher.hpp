#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// One connection to RabbitMQ with one channel, which publishes to one queue with confirms. Blocking, and of
// one thread but for sever(). After an error it is of no more use, and what it has not confirmed may or may
// not have arrived.
class AmqpPublisher {
 public:
  // What the broker said.
  struct Answer {
    enum class Kind : std::uint8_t {
      confirmed,  // on disk; of a queue with replicas, on most of them
      refused,    // not taken: the queue is full, or ill
      returned,   // a message leads nowhere: the queue is not there any more
      blocked,    // nothing is taken for now: memory or disk of the broker are short
      unblocked,
      nothing,  // of no interest
    };
    Kind kind = Kind::nothing;
    std::uint64_t tag = 0;    // confirmed, refused: of which message
    bool and_before = false;  // and all before it
    std::string why;          // returned, blocked: the broker's words
  };

  // As Amqp::open().
  static Result<std::unique_ptr<AmqpPublisher>> open(const settings::AmqpSettings& settings);
  virtual ~AmqpPublisher() = default;

  // Sends a persistent message that must find the queue. Answers its tag: they count from 1.
  virtual Result<std::uint64_t> publish(std::string_view body, const std::string& id) = 0;
  // What was said since, one after the other, without waiting; nothing: nothing more for now. Also keeps the
  // heartbeat going: to be called every few seconds.
  virtual Result<std::optional<Answer>> take() = 0;
  // A message would find room on its way to the broker.
  virtual bool has_room() const = 0;

  // Whether take() has something to look at; otherwise wait for the socket.
  virtual bool has_something() const = 0;
  virtual int socket() const = 0;
  // Ends a publish() that waits for the broker, with an error. Callable from any thread.
  virtual void sever() noexcept = 0;
  // In order. Bounded; without it the socket is just closed.
  virtual void close() = 0;
};

}  // namespace payferry::intake
