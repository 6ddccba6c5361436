#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "intake/queue_link.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// One connection to RabbitMQ with one channel, for one queue.
class Amqp : public QueueLink {
 public:
  // Connects, logs in and sees that the queue is there, or declares it. TLS 1.2 or later, certificate and
  // host verified. Errors: unreachable (worth another try), untrusted, refused (login, vhost or rights),
  // usage (no such queue, or one that was declared otherwise); none repeats a password.
  static Result<std::unique_ptr<Amqp>> open(const settings::AmqpSettings& settings);

  // Messages that were in the queue when it was opened.
  virtual std::uint64_t depth() const = 0;

  // Publishes are confirmed from now on.
  virtual Result<void> confirm() = 0;
  // Sends a persistent message to the queue.
  virtual Result<void> publish(std::string_view message, const std::string& id) = 0;
  // Waits until everything that was published is confirmed: the broker has it on disk.
  virtual Result<void> await_confirms(std::chrono::milliseconds most) = 0;
};

}  // namespace payferry::intake
