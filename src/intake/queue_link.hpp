#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "intake/deliveries.hpp"

namespace payferry::intake {

// What a source of messages needs of one connection to a broker. Blocking, and of one thread. After an error
// it is of no more use.
class QueueLink {
 public:
  using Moment = std::chrono::steady_clock::time_point;
  struct Delivery {
    std::uint64_t tag = 0;  // from 1, rising
    std::string body;
  };

  virtual ~QueueLink() = default;

  // The broker sends messages from now on.
  virtual Result<void> consume() = 0;
  // The next message that is here already, or nothing. Also what keeps the connection going: to be called
  // every few seconds.
  virtual Result<std::optional<Delivery>> take() = 0;
  // The message that was taken last cannot be read, for the reason with this code.
  virtual void refuse(std::uint64_t /*tag*/, const std::string& /*code*/) {}
  // These are done, one way or the other: the broker need not deliver them again.
  virtual Result<void> settle(const Deliveries::Settled& settled) = 0;

  // Whether take() has something to look at; otherwise wait for the socket.
  virtual bool has_something() const = 0;
  virtual int socket() const = 0;
  // Whether silence means that no message is there.
  virtual bool is_listening() const { return true; }
  // Something that whoever looks after the run should know, once; mostly empty.
  virtual std::string notice() { return {}; }
  // Since when no broker was there before the error, where that is earlier than the error.
  virtual std::optional<Moment> lost_since() const { return std::nullopt; }

  // In order: what was settled has arrived then. Bounded; without it the socket is just closed.
  virtual void close() = 0;
};

}  // namespace payferry::intake
