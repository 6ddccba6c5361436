#pragma once

#include <amqp.h>
#include <amqp_framing.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "settings/settings.hpp"

// What consuming from a queue and publishing to it share. Only amqp.cpp and amqp_publisher.cpp include this.
namespace payferry::intake {

amqp_bytes_t bytes_of(std::string_view text);
std::string text_of(amqp_bytes_t bytes);
// What it means that the broker sent this method, where nothing of the kind was expected. `what`: to whom.
Error closed_by(const std::string& what, const amqp_method_t& method);

// One connection to RabbitMQ with one channel, for one queue. Blocking, and of one thread but for sever().
// After an error it is of no more use.
class AmqpLink {
 public:
  static constexpr amqp_channel_t kChannel = 1;

  // `claims`: what the client understands beyond the usual (RabbitMQ: client capabilities).
  AmqpLink(const settings::AmqpSettings& settings, std::vector<const char*> claims);
  ~AmqpLink();
  AmqpLink(const AmqpLink&) = delete;
  AmqpLink& operator=(const AmqpLink&) = delete;

  // Connects, logs in and sees that the queue is there, or declares it. TLS 1.2 or later, certificate and
  // host verified. Errors: unreachable (worth another try), untrusted, refused (login, vhost or rights),
  // usage (no such queue, or one that was declared otherwise); none repeats a password.
  Result<void> connect();

  amqp_connection_state_t state() const { return state_; }
  const std::string& name() const { return name_; }
  const std::string& queue() const { return settings_.queue; }
  // Messages that were in the queue when it was found.
  std::uint64_t depth() const { return depth_; }

  // What became of the last question; of the last sending.
  Result<void> answered(const std::string& what) const;
  Result<void> sent(int status) const;
  Error failed(const amqp_rpc_reply_t& reply) const;
  // The next frame that is here already, or none; valid until the next one. Keeps the heartbeat going.
  Result<std::optional<amqp_frame_t>> next_frame();

  bool has_something() const { return amqp_frames_enqueued(state_) || amqp_data_in_buffer(state_); }
  int socket() const { return amqp_get_sockfd(state_); }
  // Makes whatever waits for the socket fail. Callable from any thread.
  void sever() noexcept;
  // In order, bounded.
  void close();

 private:
  amqp_socket_t* make_socket();
  Result<void> log_in();
  Result<void> find_queue();
  Result<void> declare(const std::string& queue, const amqp_table_t& arguments);
  Result<void> declare_both();

  settings::AmqpSettings settings_;
  std::string name_;
  std::vector<const char*> claims_;
  amqp_connection_state_t state_;
  std::uint64_t depth_ = 0;
  bool unreadable_ca_ = false;
};

}  // namespace payferry::intake
