// Beast 1.81 asserts that the last chunk has five bytes when it is looked at again; an answer without a body
// has four when it comes byte by byte. Nothing depends on it but the assertion.
#define BOOST_DISABLE_ASSERTS

#include "stripe/answer_reader.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/error.hpp>

namespace payferry::stripe {
namespace {

namespace http = boost::beast::http;

constexpr std::uint32_t kMaxHeaderBytes = 64 * 1024;
constexpr int kMaxInterimAnswers = 8;
// A length that is only announced is no reason to reserve more than this.
constexpr std::uint64_t kMaxReserve = 64 * 1024;

struct KeptHeader {
  std::string_view name;
  std::string Answer::*field;
};
constexpr KeptHeader kKept[] = {
    {"request-id", &Answer::request_id},
    {"stripe-rate-limited-reason", &Answer::rate_limited_reason},
    {"stripe-should-retry", &Answer::should_retry},
    {"retry-after", &Answer::retry_after},
    {"date", &Answer::date},
};
constexpr std::string_view kReplayed = "idempotent-replayed";
constexpr std::size_t kMaxHeaderValue = 255;

bool same(std::string_view a, std::string_view lower_case) {
  return a.size() == lower_case.size() &&
         std::equal(a.begin(), a.end(), lower_case.begin(), [](char x, char y) {
           return (x >= 'A' && x <= 'Z' ? static_cast<char>(x - 'A' + 'a') : x) == y;
         });
}

// Header values are logged and stored: what is not visible ASCII becomes a question mark.
std::string harmless(std::string_view value) {
  std::string out(value.substr(0, kMaxHeaderValue));
  std::replace_if(
      out.begin(), out.end(), [](char c) { return c < ' ' || c >= 0x7f; }, '?');
  return out;
}

}  // namespace

AnswerParser::AnswerParser(std::size_t max_body_bytes) {
  eager(true);
  header_limit(kMaxHeaderBytes);
  body_limit(max_body_bytes);
}

void AnswerParser::on_response_impl(int status, Text, int, Code& code) {
  constexpr int kLeastStatus =
      100;  // RFC 9110, 15; Beast takes any three digits, and 0 means "no answer" here
  if (status < kLeastStatus) code = http::error::bad_status;
  answer.status = status;
}

void AnswerParser::on_field_impl(http::field, Text raw_name, Text raw_value, Code&) {
  const std::string_view name(raw_name.data(), raw_name.size());
  const std::string_view value(raw_value.data(), raw_value.size());
  for (const KeptHeader& kept : kKept)
    if (same(name, kept.name)) answer.*kept.field = harmless(value);
  if (same(name, kReplayed)) answer.replayed = same(value, "true");
}

void AnswerParser::on_body_init_impl(const boost::optional<std::uint64_t>& length, Code&) {
  if (length) answer.body.reserve(static_cast<std::size_t>(std::min(*length, kMaxReserve)));
}

std::size_t AnswerParser::on_body_impl(Text body, Code&) {
  answer.body.append(body.data(), body.size());
  return body.size();
}

std::size_t AnswerParser::on_chunk_body_impl(std::uint64_t, Text body, Code&) {
  answer.body.append(body.data(), body.size());
  return body.size();
}

AnswerReader::AnswerReader(std::size_t max_body_bytes) : max_body_bytes_(max_body_bytes) {
  parser_.emplace(max_body_bytes_);
}

// 101 would hand the connection over to another protocol, which nobody asked for.
bool AnswerReader::is_interim() const {
  const int status = parser_->answer.status;
  return status >= 100 && status < 200 && status != 101;
}

std::size_t AnswerReader::take(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !is_done() && failure_.empty()) {
    boost::beast::error_code code;
    const boost::asio::const_buffer rest(bytes.data() + taken, bytes.size() - taken);
    const std::size_t used = parser_->put(rest, code);
    taken += used;
    if (code == http::error::need_more) break;
    if (code) {
      fail(code);
    } else if (is_done() && is_interim()) {
      if (++interim_answers_ > kMaxInterimAnswers) failure_ = "malformed";
      parser_.emplace(max_body_bytes_);
    } else if (used == 0) {
      break;
    }
  }
  return taken;
}

void AnswerReader::end() {
  if (is_done() || !failure_.empty()) return;
  if (!parser_->got_some()) {
    failure_ = "truncated";
    return;
  }
  boost::beast::error_code code;
  parser_->put_eof(code);
  if (code) fail(code);
}

void AnswerReader::fail(const boost::beast::error_code& code) {
  if (code == http::error::body_limit || code == http::error::header_limit) {
    failure_ = "too_large";
  } else if (code == http::error::partial_message || code == http::error::end_of_stream) {
    failure_ = "truncated";
  } else {
    failure_ = "malformed";
  }
}

bool AnswerReader::keep_alive() const {
  return is_done() && failure_.empty() && parser_->answer.status >= 200 && parser_->keep_alive();
}

}  // namespace payferry::stripe
