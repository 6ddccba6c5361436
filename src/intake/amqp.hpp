#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// One connection to RabbitMQ with one channel, which consumes from one queue. Blocking, and of one thread.
// After an error it is of no more use.
class Amqp {
 public:
  struct Delivery {
    std::uint64_t tag = 0;
    bool redelivered = false;
    std::string body;
  };

  // Connects, logs in and sees that the queue is there, or declares it. TLS 1.2 or later, certificate and
  // host verified. Errors: unreachable (worth another try), untrusted, refused (login, vhost or rights),
  // usage (no such queue, or one that was declared otherwise); none repeats a password.
  static Result<std::unique_ptr<Amqp>> open(const settings::AmqpSettings& settings);
  virtual ~Amqp() = default;

  // Messages that were in the queue when it was opened.
  virtual std::uint64_t depth() const = 0;

  // The broker sends messages from now on, `prefetch` without an answer at most.
  virtual Result<void> consume(int prefetch) = 0;
  // The next message that is here already, or nothing. Also what keeps the connection's heartbeat going: to
  // be called every few seconds.
  virtual Result<std::optional<Delivery>> take() = 0;
  // All messages up to this one are done, but those that were rejected.
  virtual Result<void> acknowledge(std::uint64_t tag) = 0;
  // This message goes to the queue's dead letters.
  virtual Result<void> reject(std::uint64_t tag) = 0;

  // Whether take() has something to look at; otherwise wait for the socket.
  virtual bool has_something() const = 0;
  virtual int socket() const = 0;

  // In order: what was acknowledged has arrived then. Bounded; without it the socket is just closed.
  virtual void close() = 0;
};

}  // namespace payferry::intake
