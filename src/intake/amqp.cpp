#include "intake/amqp.hpp"

#include "intake/amqp_link.hpp"

namespace payferry::intake {
namespace {

class Consumer final : public Amqp {
 public:
  explicit Consumer(const settings::AmqpSettings& settings)
      : link_(settings, {"consumer_cancel_notify"}), prefetch_(settings.prefetch) {}

  Result<void> connect() { return link_.connect(); }
  std::uint64_t depth() const override { return link_.depth(); }
  Result<void> consume() override;
  Result<std::optional<Delivery>> take() override;
  Result<void> settle(const Deliveries::Settled& settled) override;
  bool has_something() const override { return link_.has_something(); }
  int socket() const override { return link_.socket(); }
  void close() override { link_.close(); }

 private:
  Error unexpected();

  AmqpLink link_;
  const int prefetch_;
};

Result<void> Consumer::consume() {
  amqp_basic_qos(link_.state(), AmqpLink::kChannel, 0, static_cast<std::uint16_t>(prefetch_), 0);
  if (auto set = link_.answered("prefetch"); !set) return set;
  amqp_basic_consume(link_.state(), AmqpLink::kChannel, bytes_of(link_.queue()), amqp_empty_bytes, 0, 0, 0,
                     amqp_empty_table);
  return link_.answered("consuming");
}

Result<std::optional<QueueLink::Delivery>> Consumer::take() {
  amqp_maybe_release_buffers_on_channel(link_.state(), AmqpLink::kChannel);
  amqp_envelope_t envelope;
  const timeval at_once{0, 0};
  const amqp_rpc_reply_t reply = amqp_consume_message(link_.state(), &envelope, &at_once, 0);
  if (reply.reply_type == AMQP_RESPONSE_NORMAL) {
    Delivery delivery{envelope.delivery_tag, text_of(envelope.message.body)};
    amqp_destroy_envelope(&envelope);
    return std::optional<Delivery>(std::move(delivery));
  }
  if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) {
    if (reply.library_error == AMQP_STATUS_TIMEOUT) return std::optional<Delivery>();
    if (reply.library_error == AMQP_STATUS_UNEXPECTED_STATE) return unexpected();
  }
  return link_.failed(reply);
}

// Something else than a message stands next.
Error Consumer::unexpected() {
  const Result<std::optional<amqp_frame_t>> frame = link_.next_frame();
  if (!frame) return frame.error();
  if (!*frame || (*frame)->frame_type != AMQP_FRAME_METHOD)
    return make_error(Errc::unreachable, link_.name() + ": a stray frame");
  return closed_by(link_.name(), (*frame)->payload.method);
}

// What was rejected goes to the queue's dead letters, one by one; the rest is acknowledged at once.
Result<void> Consumer::settle(const Deliveries::Settled& settled) {
  for (const std::uint64_t tag : settled.rejected) {
    const Result<void> rejected = link_.sent(amqp_basic_nack(link_.state(), AmqpLink::kChannel, tag, 0, 0));
    if (!rejected) return rejected;
  }
  if (settled.accepted == 0) return {};
  return link_.sent(amqp_basic_ack(link_.state(), AmqpLink::kChannel, settled.accepted, 1));
}

}  // namespace

Result<std::unique_ptr<Amqp>> Amqp::open(const settings::AmqpSettings& settings) {
  auto consumer = std::make_unique<Consumer>(settings);
  if (const Result<void> connected = consumer->connect(); !connected) return connected.error();
  return std::unique_ptr<Amqp>(std::move(consumer));
}

}  // namespace payferry::intake
