#include <algorithm>
#include <string>

#include "fuzz/check.hpp"
#include "fuzz/targets.hpp"
#include "stripe/answer_reader.hpp"

namespace payferry::fuzz {
namespace {

constexpr std::size_t kMaxBody = 1000;
constexpr std::size_t kMaxHeader = 255;

struct Reading {
  bool done = false;
  bool keep_alive = false;
  std::string failure;
  std::size_t taken = 0;
  stripe::Answer answer;
};

// As a connection does: what was not taken comes again with more behind it.
template <class Chunk>
Reading read(std::string_view bytes, Chunk chunk) {
  stripe::AnswerReader reader(kMaxBody);
  Reading reading;
  std::string held;
  for (std::size_t at = 0; at < bytes.size() && !reader.is_done() && reader.failure().empty();) {
    const std::size_t size = std::min(chunk(), bytes.size() - at);
    held += bytes.substr(at, size);
    at += size;
    const std::size_t taken = reader.take(held);
    require(taken <= held.size(), "no more is taken than was given");
    held.erase(0, taken);
    reading.taken += taken;
  }
  const bool whole = reader.is_done();
  if (whole) reading.keep_alive = reader.keep_alive();
  reader.end();
  require(reader.is_done() != !reader.failure().empty(), "after the end it is done or it has failed");
  require(!whole || reader.failure().empty(), "the end spoils no whole answer");
  reading.done = reader.is_done();
  reading.failure = reader.failure();
  reading.answer = reader.release();
  return reading;
}

void check_header(const std::string& value) {
  const bool visible = std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < 0x7f; });
  require(visible && value.size() <= kMaxHeader, "kept headers are short visible ASCII");
}

void check(const Reading& reading) {
  static constexpr std::string_view kFailures[] = {"", "too_large", "malformed", "truncated"};
  require(std::find(std::begin(kFailures), std::end(kFailures), reading.failure) != std::end(kFailures),
          "failures have names");
  require(reading.answer.body.size() <= kMaxBody, "a body is no longer than its limit");
  for (const std::string& value :
       {reading.answer.request_id, reading.answer.rate_limited_reason, reading.answer.should_retry,
        reading.answer.retry_after, reading.answer.date})
    check_header(value);
  if (reading.done)
    require(reading.answer.status >= 100 && reading.answer.status <= 999, "an answer has a status");
}

bool same(const stripe::Answer& a, const stripe::Answer& b) {
  return a.status == b.status && a.body == b.body && a.request_id == b.request_id &&
         a.rate_limited_reason == b.rate_limited_reason && a.should_retry == b.should_retry &&
         a.retry_after == b.retry_after && a.date == b.date && a.replayed == b.replayed;
}

}  // namespace

void http_answer(std::string_view input) {
  Dice dice(input);
  const Reading whole = read(input, [&] { return input.size(); });
  check(whole);
  const std::size_t longest = 1 + dice.below(dice.coin() ? 4 : 100);
  const Reading pieces = read(input, [&] { return 1 + dice.below(longest); });
  check(pieces);
  // Of a header without its end Beast may have looked at a part: whether such is malformed or cut is not the
  // same.
  require(pieces.done == whole.done, "it ends alike however it arrives");
  if (!whole.done) return;
  require(pieces.taken == whole.taken && pieces.keep_alive == whole.keep_alive,
          "the connection is left alike");
  require(same(pieces.answer, whole.answer), "the same answer comes however it arrives");
}

}  // namespace payferry::fuzz
