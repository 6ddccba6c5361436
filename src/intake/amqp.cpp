#include "intake/amqp.hpp"

#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/ssl.h>

#include <set>

namespace payferry::intake {
namespace {

constexpr amqp_channel_t kChannel = 1;
constexpr int kFrameMax = 131'072;
constexpr int kHeartbeatSeconds = 30;
constexpr std::chrono::seconds kAnswer{10};  // to one question
constexpr std::chrono::seconds kClosing{3};

amqp_bytes_t bytes_of(std::string_view text) {
  // The library takes bytes to be read as if they were to be written.
  return {text.size(), const_cast<char*>(text.data())};
}

std::string text_of(amqp_bytes_t bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
}

timeval timeval_of(std::chrono::milliseconds time) {
  return {static_cast<time_t>(time.count() / 1000), static_cast<suseconds_t>(time.count() % 1000 * 1000)};
}

amqp_table_entry_t entry(const char* key, std::string_view value) {
  amqp_table_entry_t made{};
  made.key = amqp_cstring_bytes(key);
  made.value.kind = AMQP_FIELD_KIND_UTF8;
  made.value.value.bytes = bytes_of(value);
  return made;
}

Error broken(const std::string& what, int status) {
  const std::string message = what + ": " + amqp_error_string2(status);
  if (status == AMQP_STATUS_SSL_HOSTNAME_VERIFY_FAILED || status == AMQP_STATUS_SSL_PEER_VERIFY_FAILED)
    return make_error(Errc::untrusted, message + "; check source.amqp.ca_file and the host's name in url");
  return make_error(Errc::unreachable, message);
}

// What the broker says when it closes channel or connection (AMQP 0-9-1: reply codes).
Error closed_with(const std::string& what, int code, const std::string& text) {
  const std::string message = what + ": " + text;
  switch (code) {
    case AMQP_ACCESS_REFUSED:
    case AMQP_NOT_ALLOWED:
      return make_error(Errc::refused, message);
    case AMQP_NOT_FOUND:
    case AMQP_PRECONDITION_FAILED:
      return make_error(Errc::usage, message);
    default:
      return make_error(Errc::unreachable, message);
  }
}

Error closed_by(const std::string& what, const amqp_method_t& method) {
  if (method.id == AMQP_CONNECTION_CLOSE_METHOD) {
    const auto* close = static_cast<const amqp_connection_close_t*>(method.decoded);
    return closed_with(what, close->reply_code, text_of(close->reply_text));
  }
  if (method.id == AMQP_CHANNEL_CLOSE_METHOD) {
    const auto* close = static_cast<const amqp_channel_close_t*>(method.decoded);
    return closed_with(what, close->reply_code, text_of(close->reply_text));
  }
  if (method.id == AMQP_BASIC_CANCEL_METHOD)
    return make_error(Errc::unreachable, what + ": the broker ended the delivery; the queue may be gone");
  return make_error(Errc::unreachable, what + ": an answer that does not belong there");
}

std::optional<Error> failure_of(const std::string& what, const amqp_rpc_reply_t& reply) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return std::nullopt;
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION) return closed_by(what, reply.reply);
  return broken(what, reply.library_error);
}

class Connection final : public Amqp {
 public:
  explicit Connection(const settings::AmqpSettings& settings)
      : settings_(settings),
        name_("queue " + settings.queue + " at " + settings.host + ":" + std::to_string(settings.port)),
        state_(amqp_new_connection()) {}
  ~Connection() override { amqp_destroy_connection(state_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<void> connect();
  std::uint64_t depth() const override { return depth_; }
  Result<void> consume() override;
  Result<std::optional<Delivery>> take() override;
  Result<void> settle(const Deliveries::Settled& settled) override;
  bool has_something() const override { return amqp_frames_enqueued(state_) || amqp_data_in_buffer(state_); }
  int socket() const override { return amqp_get_sockfd(state_); }
  Result<void> confirm() override;
  Result<void> publish(std::string_view message, const std::string& id) override;
  Result<void> await_confirms(std::chrono::milliseconds most) override;
  void close() override;

 private:
  amqp_socket_t* make_socket();
  Result<void> log_in();
  Result<void> find_queue();
  Result<void> declare(const std::string& queue, const amqp_table_t& arguments);
  Result<void> declare_both();
  Result<void> answered(const std::string& what) {
    if (auto error = failure_of(name_ + ": " + what, amqp_get_rpc_reply(state_))) return *error;
    return {};
  }
  Result<void> sent(int status) {
    if (status != AMQP_STATUS_OK) return broken(name_, status);
    return {};
  }
  Error unexpected();
  Result<void> take_confirm(const amqp_method_t& method);

  settings::AmqpSettings settings_;
  std::string name_;
  amqp_connection_state_t state_;
  std::uint64_t depth_ = 0;
  bool unreadable_ca_ = false;
  std::uint64_t published_ = 0;
  std::set<std::uint64_t> unconfirmed_;
};

amqp_socket_t* Connection::make_socket() {
  if (!settings_.tls) return amqp_tcp_socket_new(state_);
  amqp_socket_t* const socket = amqp_ssl_socket_new(state_);
  if (socket == nullptr) return nullptr;
  amqp_ssl_socket_set_verify_peer(socket, 1);
  amqp_ssl_socket_set_verify_hostname(socket, 1);
  amqp_ssl_socket_set_ssl_versions(socket, AMQP_TLSv1_2, AMQP_TLSvLATEST);
  if (settings_.ca_file.empty())
    SSL_CTX_set_default_verify_paths(static_cast<SSL_CTX*>(amqp_ssl_socket_get_context(socket)));
  else if (amqp_ssl_socket_set_cacert(socket, settings_.ca_file.c_str()) != AMQP_STATUS_OK)
    unreadable_ca_ = true;
  return socket;
}

Result<void> Connection::connect() {
  if (state_ == nullptr) return make_error(Errc::unreachable, name_ + ": no memory");
  amqp_socket_t* const socket = make_socket();
  if (socket == nullptr) return make_error(Errc::unreachable, name_ + ": no socket");
  if (unreadable_ca_)
    return make_error(Errc::usage, "source.amqp.ca_file: holds no PEM certificates: " + settings_.ca_file);
  timeval limit = timeval_of(kAnswer);
  amqp_set_handshake_timeout(state_, &limit);
  amqp_set_rpc_timeout(state_, &limit);
  const int opened = amqp_socket_open_noblock(socket, settings_.host.c_str(), settings_.port, &limit);
  if (opened != AMQP_STATUS_OK) return broken(name_, opened);
  if (auto logged_in = log_in(); !logged_in) return logged_in;
  return find_queue();
}

// The broker says why it refuses a login, and when it ends a delivery, only to clients that claim to
// understand it.
Result<void> Connection::log_in() {
  amqp_table_entry_t claims[2] = {entry("authentication_failure_close", ""),
                                  entry("consumer_cancel_notify", "")};
  for (amqp_table_entry_t& claim : claims) {
    claim.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    claim.value.value.boolean = 1;
  }
  amqp_table_entry_t properties[2] = {entry("capabilities", ""), entry("connection_name", "payferry")};
  properties[0].value.kind = AMQP_FIELD_KIND_TABLE;
  properties[0].value.value.table = {2, claims};
  const amqp_table_t table{2, properties};
  const amqp_rpc_reply_t reply =
      amqp_login_with_properties(state_, settings_.vhost.c_str(), 1, kFrameMax, kHeartbeatSeconds, &table,
                                 AMQP_SASL_METHOD_PLAIN, settings_.user.c_str(), settings_.password.c_str());
  if (auto error = failure_of(name_, reply)) return *error;
  amqp_channel_open(state_, kChannel);
  return answered("channel");
}

Result<void> Connection::find_queue() {
  if (settings_.declare) {
    if (auto declared = declare_both(); !declared) return declared;
  }
  const amqp_queue_declare_ok_t* found =
      amqp_queue_declare(state_, kChannel, bytes_of(settings_.queue), 1, 0, 0, 0, amqp_empty_table);
  auto there = answered("looking for the queue");
  if (!there && there.error().code == Errc::usage)
    return make_error(Errc::usage,
                      there.error().message +
                          "; mend source.amqp.queue or the vhost in url, or let `declare: true` make it");
  if (!there) return there;
  depth_ = found->message_count;
  return {};
}

Result<void> Connection::declare(const std::string& queue, const amqp_table_t& arguments) {
  amqp_queue_declare(state_, kChannel, bytes_of(queue), 0, 1, 0, 0, arguments);
  auto declared = answered("declaring " + queue);
  if (!declared && declared.error().code == Errc::usage)
    return make_error(Errc::usage, declared.error().message +
                                       "; it is there already, made in another way: remove `declare: true`");
  return declared;
}

// Dead letters arrive at least once only under these three (RabbitMQ: "Quorum queues", dead lettering).
Result<void> Connection::declare_both() {
  amqp_table_entry_t arguments[5] = {entry("x-queue-type", "quorum"), entry("x-dead-letter-exchange", ""),
                                     entry("x-dead-letter-routing-key", settings_.dead_letter),
                                     entry("x-dead-letter-strategy", "at-least-once"),
                                     entry("x-overflow", "reject-publish")};
  if (auto declared = declare(settings_.dead_letter, {1, arguments}); !declared) return declared;
  return declare(settings_.queue, {5, arguments});
}

Result<void> Connection::consume() {
  amqp_basic_qos(state_, kChannel, 0, static_cast<std::uint16_t>(settings_.prefetch), 0);
  if (auto set = answered("prefetch"); !set) return set;
  amqp_basic_consume(state_, kChannel, bytes_of(settings_.queue), amqp_empty_bytes, 0, 0, 0,
                     amqp_empty_table);
  return answered("consuming");
}

Result<std::optional<QueueLink::Delivery>> Connection::take() {
  amqp_maybe_release_buffers_on_channel(state_, kChannel);
  amqp_envelope_t envelope;
  const timeval at_once{0, 0};
  const amqp_rpc_reply_t reply = amqp_consume_message(state_, &envelope, &at_once, 0);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
    Delivery delivery{envelope.delivery_tag, text_of(envelope.message.body)};
    amqp_destroy_envelope(&envelope);
    return std::optional<Delivery>(std::move(delivery));
  }
  if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) {
    if (reply.library_error == AMQP_STATUS_TIMEOUT) return std::optional<Delivery>();
    if (reply.library_error == AMQP_STATUS_UNEXPECTED_STATE) return unexpected();
  }
  return *failure_of(name_, reply);
}

// Something else than a message stands next.
Error Connection::unexpected() {
  amqp_frame_t frame;
  const timeval at_once{0, 0};
  const int status = amqp_simple_wait_frame_noblock(state_, &frame, &at_once);
  if (status != AMQP_STATUS_OK) return broken(name_, status);
  if (frame.frame_type != AMQP_FRAME_METHOD) return make_error(Errc::unreachable, name_ + ": a stray frame");
  return closed_by(name_, frame.payload.method);
}

// What was rejected goes to the queue's dead letters, one by one; the rest is acknowledged at once.
Result<void> Connection::settle(const Deliveries::Settled& settled) {
  for (const std::uint64_t tag : settled.rejected) {
    if (const Result<void> rejected = sent(amqp_basic_nack(state_, kChannel, tag, 0, 0)); !rejected)
      return rejected;
  }
  if (settled.accepted == 0) return {};
  return sent(amqp_basic_ack(state_, kChannel, settled.accepted, 1));
}

Result<void> Connection::confirm() {
  amqp_confirm_select(state_, kChannel);
  return answered("confirms");
}

Result<void> Connection::publish(std::string_view message, const std::string& id) {
  amqp_basic_properties_t properties{};
  properties._flags =
      AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG;
  properties.content_type = amqp_cstring_bytes("application/json");
  properties.delivery_mode = 2;  // kept on disk
  properties.message_id = bytes_of(id);
  unconfirmed_.insert(++published_);
  return sent(amqp_basic_publish(state_, kChannel, amqp_empty_bytes, bytes_of(settings_.queue), 1, 0,
                                 &properties, bytes_of(message)));
}

Result<void> Connection::await_confirms(std::chrono::milliseconds most) {
  const auto until = std::chrono::steady_clock::now() + most;
  while (!unconfirmed_.empty()) {
    amqp_maybe_release_buffers_on_channel(state_, kChannel);
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    if (left.count() <= 0) return make_error(Errc::unreachable, name_ + ": no confirm in time");
    const timeval limit = timeval_of(left);
    amqp_frame_t frame;
    const int status = amqp_simple_wait_frame_noblock(state_, &frame, &limit);
    if (status != AMQP_STATUS_OK) return broken(name_, status);
    if (frame.frame_type != AMQP_FRAME_METHOD) continue;  // what was returned, after its basic.return
    if (auto taken = take_confirm(frame.payload.method); !taken) return taken;
  }
  return {};
}

Result<void> Connection::take_confirm(const amqp_method_t& method) {
  if (method.id == AMQP_BASIC_ACK_METHOD) {
    const auto* ack = static_cast<const amqp_basic_ack_t*>(method.decoded);
    const auto end = unconfirmed_.upper_bound(ack->delivery_tag);
    const auto begin = ack->multiple ? unconfirmed_.begin() : unconfirmed_.lower_bound(ack->delivery_tag);
    unconfirmed_.erase(begin, end);
    return {};
  }
  if (method.id == AMQP_BASIC_NACK_METHOD)
    return make_error(Errc::unreachable,
                      name_ + ": the broker did not take a message; the queue may be full");
  if (method.id == AMQP_BASIC_RETURN_METHOD)
    return make_error(Errc::unreachable, name_ + ": the queue is gone");
  return closed_by(name_, method);
}

void Connection::close() {
  timeval limit = timeval_of(kClosing);
  amqp_set_rpc_timeout(state_, &limit);
  amqp_channel_close(state_, kChannel, AMQP_REPLY_SUCCESS);
  amqp_connection_close(state_, AMQP_REPLY_SUCCESS);
}

}  // namespace

Result<std::unique_ptr<Amqp>> Amqp::open(const settings::AmqpSettings& settings) {
  auto connection = std::make_unique<Connection>(settings);
  if (const Result<void> connected = connection->connect(); !connected) return connected.error();
  return std::unique_ptr<Amqp>(std::move(connection));
}

}  // namespace payferry::intake
