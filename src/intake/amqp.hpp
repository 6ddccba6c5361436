#pragma once

#include <cstdint>
#include <memory>

#include "core/result.hpp"
#include "intake/queue_link.hpp"
#include "settings/settings.hpp"

namespace payferry::intake {

// One connection to RabbitMQ with one channel, which consumes from one queue.
class Amqp : public QueueLink {
 public:
  // Connects, logs in and sees that the queue is there, or declares it. TLS 1.2 or later, certificate and
  // host verified. Errors: unreachable (worth another try), untrusted, refused (login, vhost or rights),
  // usage (no such queue, or one that was declared otherwise); none repeats a password.
  static Result<std::unique_ptr<Amqp>> open(const settings::AmqpSettings& settings);

  // Messages that were in the queue when it was opened.
  virtual std::uint64_t depth() const = 0;
};

}  // namespace payferry::intake
