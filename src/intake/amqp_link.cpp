#include "intake/amqp_link.hpp"

#include <amqp_ssl_socket.h>
#include <amqp_tcp_socket.h>
#include <openssl/ssl.h>
#include <sys/socket.h>

#include <chrono>
#include <utility>

namespace payferry::intake {
namespace {

constexpr int kFrameMax = 131'072;
constexpr int kHeartbeatSeconds = 30;
constexpr std::chrono::seconds kAnswer{10};  // to one question
constexpr std::chrono::seconds kClosing{3};

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

Error broken_off(const std::string& what, int status) {
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

std::optional<Error> failure_of(const std::string& what, const amqp_rpc_reply_t& reply) {
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) return std::nullopt;
  if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION) return closed_by(what, reply.reply);
  return broken_off(what, reply.library_error);
}

}  // namespace

amqp_bytes_t bytes_of(std::string_view text) {
  // The library takes bytes to be read as if they were to be written.
  return {text.size(), const_cast<char*>(text.data())};
}

std::string text_of(amqp_bytes_t bytes) {
  return {static_cast<const char*>(bytes.bytes), bytes.len};
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

AmqpLink::AmqpLink(const settings::AmqpSettings& settings, std::vector<const char*> claims)
    : settings_(settings),
      name_("queue " + settings.queue + " at " + settings.host + ":" + std::to_string(settings.port)),
      claims_(std::move(claims)),
      state_(amqp_new_connection()) {}

AmqpLink::~AmqpLink() {
  amqp_destroy_connection(state_);
}

amqp_socket_t* AmqpLink::make_socket() {
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

Result<void> AmqpLink::connect() {
  if (state_ == nullptr) return make_error(Errc::unreachable, name_ + ": no memory");
  amqp_socket_t* const socket = make_socket();
  if (socket == nullptr) return make_error(Errc::unreachable, name_ + ": no socket");
  if (unreadable_ca_)
    return make_error(Errc::usage, "source.amqp.ca_file: holds no PEM certificates: " + settings_.ca_file);
  timeval limit = timeval_of(kAnswer);
  amqp_set_handshake_timeout(state_, &limit);
  amqp_set_rpc_timeout(state_, &limit);
  const int opened = amqp_socket_open_noblock(socket, settings_.host.c_str(), settings_.port, &limit);
  if (opened != AMQP_STATUS_OK) return broken_off(name_, opened);
  if (auto logged_in = log_in(); !logged_in) return logged_in;
  return find_queue();
}

// The broker says why it refuses a login, and what else the claims are about, only to clients that claim to
// understand it.
Result<void> AmqpLink::log_in() {
  std::vector<amqp_table_entry_t> claims{entry("authentication_failure_close", "")};
  for (const char* const claim : claims_) claims.push_back(entry(claim, ""));
  for (amqp_table_entry_t& claim : claims) {
    claim.value.kind = AMQP_FIELD_KIND_BOOLEAN;
    claim.value.value.boolean = 1;
  }
  amqp_table_entry_t properties[2] = {entry("capabilities", ""), entry("connection_name", "payferry")};
  properties[0].value.kind = AMQP_FIELD_KIND_TABLE;
  properties[0].value.value.table = {static_cast<int>(claims.size()), claims.data()};
  const amqp_table_t table{2, properties};
  const amqp_rpc_reply_t reply =
      amqp_login_with_properties(state_, settings_.vhost.c_str(), 1, kFrameMax, kHeartbeatSeconds, &table,
                                 AMQP_SASL_METHOD_PLAIN, settings_.user.c_str(), settings_.password.c_str());
  if (auto error = failure_of(name_, reply)) return *error;
  amqp_channel_open(state_, kChannel);
  return answered("channel");
}

Result<void> AmqpLink::find_queue() {
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

Result<void> AmqpLink::declare(const std::string& queue, const amqp_table_t& arguments) {
  amqp_queue_declare(state_, kChannel, bytes_of(queue), 0, 1, 0, 0, arguments);
  auto declared = answered("declaring " + queue);
  if (!declared && declared.error().code == Errc::usage)
    return make_error(Errc::usage, declared.error().message +
                                       "; it is there already, made in another way: remove `declare: true`");
  return declared;
}

// Dead letters arrive at least once only under these three (RabbitMQ: "Quorum queues", dead lettering).
Result<void> AmqpLink::declare_both() {
  amqp_table_entry_t arguments[5] = {entry("x-queue-type", "quorum"), entry("x-dead-letter-exchange", ""),
                                     entry("x-dead-letter-routing-key", settings_.dead_letter),
                                     entry("x-dead-letter-strategy", "at-least-once"),
                                     entry("x-overflow", "reject-publish")};
  if (auto declared = declare(settings_.dead_letter, {1, arguments}); !declared) return declared;
  return declare(settings_.queue, {5, arguments});
}

Result<void> AmqpLink::answered(const std::string& what) const {
  if (auto error = failure_of(name_ + ": " + what, amqp_get_rpc_reply(state_))) return *error;
  return {};
}

Result<void> AmqpLink::sent(int status) const {
  if (status != AMQP_STATUS_OK) return broken_off(name_, status);
  return {};
}

Error AmqpLink::failed(const amqp_rpc_reply_t& reply) const {
  return failure_of(name_, reply).value_or(make_error(Errc::unreachable, name_));
}

Result<std::optional<amqp_frame_t>> AmqpLink::next_frame() {
  amqp_maybe_release_buffers(state_);
  amqp_frame_t frame;
  const timeval at_once{0, 0};
  const int status = amqp_simple_wait_frame_noblock(state_, &frame, &at_once);
  if (status == AMQP_STATUS_TIMEOUT) return std::optional<amqp_frame_t>();
  if (status != AMQP_STATUS_OK) return broken_off(name_, status);
  return std::optional<amqp_frame_t>(frame);
}

void AmqpLink::sever() noexcept {
  ::shutdown(socket(), SHUT_RDWR);
}

void AmqpLink::close() {
  timeval limit = timeval_of(kClosing);
  amqp_set_rpc_timeout(state_, &limit);
  amqp_channel_close(state_, kChannel, AMQP_REPLY_SUCCESS);
  amqp_connection_close(state_, AMQP_REPLY_SUCCESS);
}

}  // namespace payferry::intake
