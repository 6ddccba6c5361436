#include "intake/amqp_publisher.hpp"

#include <poll.h>

#include "intake/amqp_link.hpp"

namespace payferry::intake {
namespace {

using Answer = AmqpPublisher::Answer;

class Publisher final : public AmqpPublisher {
 public:
  explicit Publisher(const settings::AmqpSettings& settings)
      : link_(settings, {"publisher_confirms", "basic.nack", "connection.blocked"}) {}

  Result<void> connect();
  Result<std::uint64_t> publish(std::string_view body, const std::string& id) override;
  Result<std::optional<Answer>> take() override;
  bool has_room() const override;
  bool has_something() const override { return link_.has_something(); }
  int socket() const override { return link_.socket(); }
  void sever() noexcept override { link_.sever(); }
  void close() override { link_.close(); }

 private:
  Result<Answer> understand(const amqp_method_t& method);

  AmqpLink link_;
  std::uint64_t published_ = 0;
};

Result<void> Publisher::connect() {
  if (const Result<void> connected = link_.connect(); !connected) return connected;
  amqp_confirm_select(link_.state(), AmqpLink::kChannel);
  return link_.answered("confirms");
}

// To the default exchange, which knows each queue by its name.
Result<std::uint64_t> Publisher::publish(std::string_view body, const std::string& id) {
  amqp_basic_properties_t properties{};
  properties._flags =
      AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG;
  properties.content_type = amqp_cstring_bytes("application/json");
  properties.delivery_mode = 2;  // kept on disk
  properties.message_id = bytes_of(id);
  constexpr amqp_boolean_t kMandatory = 1;
  const Result<void> sent =
      link_.sent(amqp_basic_publish(link_.state(), AmqpLink::kChannel, amqp_empty_bytes,
                                    bytes_of(link_.queue()), kMandatory, 0, &properties, bytes_of(body)));
  if (!sent) return sent.error();
  return ++published_;
}

Result<std::optional<Answer>> Publisher::take() {
  const Result<std::optional<amqp_frame_t>> frame = link_.next_frame();
  if (!frame) return frame.error();
  if (!*frame) return std::optional<Answer>();
  // A message that was returned follows in frames of its own.
  if ((*frame)->frame_type != AMQP_FRAME_METHOD) return std::optional<Answer>(Answer{});
  Result<Answer> answer = understand((*frame)->payload.method);
  if (!answer) return answer.error();
  return std::optional<Answer>(std::move(*answer));
}

Result<Answer> Publisher::understand(const amqp_method_t& method) {
  using Kind = Answer::Kind;
  if (method.id == AMQP_BASIC_ACK_METHOD) {
    const auto* ack = static_cast<const amqp_basic_ack_t*>(method.decoded);
    return Answer{Kind::confirmed, ack->delivery_tag, ack->multiple != 0, ""};
  }
  if (method.id == AMQP_BASIC_NACK_METHOD) {
    const auto* nack = static_cast<const amqp_basic_nack_t*>(method.decoded);
    return Answer{Kind::refused, nack->delivery_tag, nack->multiple != 0, ""};
  }
  if (method.id == AMQP_BASIC_RETURN_METHOD) {
    const auto* returned = static_cast<const amqp_basic_return_t*>(method.decoded);
    return Answer{Kind::returned, 0, false, link_.name() + ": " + text_of(returned->reply_text)};
  }
  if (method.id == AMQP_CONNECTION_BLOCKED_METHOD) {
    const auto* blocked = static_cast<const amqp_connection_blocked_t*>(method.decoded);
    return Answer{Kind::blocked, 0, false, text_of(blocked->reason)};
  }
  if (method.id == AMQP_CONNECTION_UNBLOCKED_METHOD) return Answer{Kind::unblocked, 0, false, ""};
  return closed_by(link_.name(), method);
}

bool Publisher::has_room() const {
  pollfd watched{link_.socket(), POLLOUT, 0};
  return ::poll(&watched, 1, 0) > 0;
}

}  // namespace

Result<std::unique_ptr<AmqpPublisher>> AmqpPublisher::open(const settings::AmqpSettings& settings) {
  auto publisher = std::make_unique<Publisher>(settings);
  if (const Result<void> connected = publisher->connect(); !connected) return connected.error();
  return std::unique_ptr<AmqpPublisher>(std::move(publisher));
}

}  // namespace payferry::intake
