#include "intake/kafka_letters.hpp"

#include <array>
#include <utility>

namespace payferry::intake {
namespace {

using Steady = std::chrono::steady_clock;

constexpr std::chrono::seconds kPause{1};

bool is_too_long(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE || code == RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE;
}

void add(rd_kafka_headers_t* headers, const char* name, const std::string& value) {
  rd_kafka_header_add(headers, name, -1, value.data(), static_cast<ssize_t>(value.size()));
}

KafkaHeaders headers_of(const rd_kafka_message_t* message, const std::string& code) {
  rd_kafka_headers_t* own = nullptr;
  KafkaHeaders headers(rd_kafka_message_headers(message, &own) == RD_KAFKA_RESP_ERR_NO_ERROR
                           ? rd_kafka_headers_copy(own)
                           : rd_kafka_headers_new(4));
  add(headers.get(), "payferry-code", code);
  add(headers.get(), "payferry-topic", rd_kafka_topic_name(message->rkt));
  add(headers.get(), "payferry-partition", std::to_string(message->partition));
  add(headers.get(), "payferry-offset", std::to_string(message->offset));
  return headers;
}

rd_kafka_vu_t memory(rd_kafka_vtype_t type, void* bytes, std::size_t size) {
  rd_kafka_vu_t made{};
  made.vtype = type;
  made.u.mem = {bytes, size};
  return made;
}

}  // namespace

Result<std::unique_ptr<KafkaLetters>> KafkaLetters::open(const settings::KafkaSettings& settings,
                                                         int descriptor) {
  // Whatever the topic's broker lets through is as long as a letter has to be; it says what is too long here.
  Result<KafkaClient> producer = make_kafka_client(settings, RD_KAFKA_PRODUCER,
                                                   {{"enable.idempotence", "true"},
                                                    {"message.max.bytes", "1000000000"},
                                                    {"partitioner", "murmur2_random"}});
  if (!producer) return producer.error();
  std::unique_ptr<KafkaLetters> letters(new KafkaLetters);
  letters->topic_ = settings.dead_letter;
  letters->producer_ = std::move(*producer);
  letters->queue_.reset(rd_kafka_queue_get_main(letters->producer_.get()));
  report_to(letters->queue_.get(), descriptor);
  return letters;
}

void KafkaLetters::keep(std::uint64_t tag, KafkaEvent event, const rd_kafka_message_t* message,
                        const std::string& code) {
  Letter& letter = letters_[tag];
  letter.event = std::move(event);
  letter.message = message;
  letter.code = code;
}

bool KafkaLetters::send(std::uint64_t tag) {
  const auto letter = letters_.find(tag);
  if (letter == letters_.end()) return false;
  letter->second.recorded = true;
  produce(tag, letter->second);
  return true;
}

void KafkaLetters::produce(std::uint64_t tag, Letter& letter) {
  const rd_kafka_message_t* const message = letter.message;
  KafkaHeaders headers = headers_of(message, letter.code);
  std::array<rd_kafka_vu_t, 5> parts{};
  parts[0].vtype = RD_KAFKA_VTYPE_TOPIC;
  parts[0].u.cstr = topic_.c_str();
  parts[1] = letter.without_value ? memory(RD_KAFKA_VTYPE_VALUE, nullptr, 0)
                                  : memory(RD_KAFKA_VTYPE_VALUE, message->payload, message->len);
  parts[2] = memory(RD_KAFKA_VTYPE_KEY, message->key, message->key_len);
  parts[3].vtype = RD_KAFKA_VTYPE_HEADERS;
  parts[3].u.headers = headers.get();
  parts[4].vtype = RD_KAFKA_VTYPE_OPAQUE;
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the library hands it back and looks at nothing.
  parts[4].u.ptr = reinterpret_cast<void*>(static_cast<std::uintptr_t>(tag));
  letter.again.reset();
  const KafkaError error(rd_kafka_produceva(producer_.get(), parts.data(), parts.size()));
  if (!error) {
    (void)headers.release();  // the producer's now
    return;
  }
  letter.without_value = letter.without_value || is_too_long(rd_kafka_error_code(error.get()));
  letter.again = Steady::now() + kPause;
}

Result<std::vector<std::uint64_t>> KafkaLetters::arrived(KafkaNotices& notices) {
  std::vector<std::uint64_t> arrived;
  while (const KafkaEvent event{rd_kafka_queue_poll(queue_.get(), 0)}) {
    switch (rd_kafka_event_type(event.get())) {
      case RD_KAFKA_EVENT_DR:
        while (const rd_kafka_message_t* const report = rd_kafka_event_message_next(event.get()))
          take_report(*report, arrived, notices);
        break;
      case RD_KAFKA_EVENT_LOG:
        notices.add_log(event.get());
        break;
      case RD_KAFKA_EVENT_ERROR:
        if (rd_kafka_event_error(event.get()) == RD_KAFKA_RESP_ERR__FATAL)
          return kafka_error("topic " + topic_, RD_KAFKA_RESP_ERR__FATAL,
                             rd_kafka_event_error_string(event.get()));
        break;
      default:
        break;
    }
  }
  for (auto& [tag, letter] : letters_) {
    if (letter.again && Steady::now() >= *letter.again) produce(tag, letter);
  }
  return arrived;
}

void KafkaLetters::take_report(const rd_kafka_message_t& report, std::vector<std::uint64_t>& arrived,
                               KafkaNotices& notices) {
  const auto tag = static_cast<std::uint64_t>(reinterpret_cast<std::uintptr_t>(report._private));
  const auto found = letters_.find(tag);
  if (found == letters_.end()) return;
  if (report.err == RD_KAFKA_RESP_ERR_NO_ERROR) {
    letters_.erase(found);
    arrived.push_back(tag);
    return;
  }
  const std::string why = rd_kafka_err2str(report.err);
  if (is_too_long(report.err) && !found->second.without_value) {
    found->second.without_value = true;
    notices.add("a message is too long for topic " + topic_ + ", and goes there without its value: " + why);
  } else {
    notices.add("topic " + topic_ + " does not take a message, which is sent again: " + why);
  }
  found->second.again = Steady::now() + kPause;
}

bool KafkaLetters::is_waiting() const {
  for (const auto& [tag, letter] : letters_) {
    if (letter.recorded) return true;
  }
  return false;
}

}  // namespace payferry::intake
