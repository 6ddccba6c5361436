#include "kafka_words.hpp"

#include <iostream>
#include <stdexcept>

namespace kafka_words {

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error(what);
}

void check(rd_kafka_resp_err_t code) {
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) fail(rd_kafka_err2str(code));
}

std::string to_hex(const void* bytes, std::size_t size) {
  constexpr const char* kDigits = "0123456789abcdef";
  if (bytes == nullptr) return "-";
  if (size == 0) return "";
  std::string text;
  for (std::size_t at = 0; at < size; ++at) {
    const unsigned char byte = static_cast<const unsigned char*>(bytes)[at];
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

std::string from_hex(const std::string& text) {
  const auto digit = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string bytes;
  for (std::size_t at = 0; at + 1 < text.size(); at += 2)
    bytes += static_cast<char>(digit(text[at]) * 16 + digit(text[at + 1]));
  return bytes;
}

Client make_client(rd_kafka_type_t type, const std::vector<std::pair<std::string, std::string>>& properties) {
  char text[512];
  rd_kafka_conf_t* const conf = rd_kafka_conf_new();
  for (const auto& [key, value] : properties) {
    if (rd_kafka_conf_set(conf, key.c_str(), value.c_str(), text, sizeof text) != RD_KAFKA_CONF_OK)
      fail(text);
  }
  static std::string failed;
  rd_kafka_conf_set_opaque(conf, &failed);
  const auto report = [](rd_kafka_t*, const rd_kafka_message_t* message, void* failed) {
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR)
      *static_cast<std::string*>(failed) = rd_kafka_err2str(message->err);
  };
  if (type == RD_KAFKA_PRODUCER) rd_kafka_conf_set_dr_msg_cb(conf, report);
  Client client(rd_kafka_new(type, conf, text, sizeof text));
  if (!client) fail(text);
  return client;
}

namespace {

std::string headers_of(const rd_kafka_message_t* message) {
  rd_kafka_headers_t* headers = nullptr;
  std::string text;
  if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR) return text;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  for (std::size_t at = 0;
       rd_kafka_header_get_all(headers, at, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++at)
    text += " " + std::string(name) + "=" + std::string(static_cast<const char*>(value), size);
  return text;
}

}  // namespace

void tell(const rd_kafka_message_t* message) {
  std::cout << message->partition << " " << message->offset << " " << to_hex(message->key, message->key_len)
            << " " << to_hex(message->payload, message->len) << headers_of(message) << "\n";
}

}  // namespace kafka_words
