#include "stripe/answer_reader.hpp"

#include <gtest/gtest.h>

namespace payferry::stripe {
namespace {

constexpr std::size_t kLimit = 100;

// Feeds the text in pieces, as a connection would: what was not taken comes again with more behind it.
std::string feed(AnswerReader& reader, std::string_view text, std::size_t piece) {
  std::string held;
  for (std::size_t at = 0; at < text.size() && !reader.is_done() && reader.failure().empty(); at += piece) {
    held += text.substr(at, piece);
    held.erase(0, reader.take(held));
  }
  return held;
}

TEST(AnswerReader, KeepsWhatMattersHoweverTheBytesCome) {
  const std::string text =
      "HTTP/1.1 429 Too Many\r\nrequest-id: req_1\r\nSTRIPE-RATE-LIMITED-REASON: endpoint-rate\r\n"
      "Stripe-Should-Retry: true\r\nRetry-After: 3\r\nDate: Mon, 23 Nov 2026 04:20:00 GMT\r\n"
      "Idempotent-Replayed: true\r\nX-Other: y\r\nContent-Length: 5\r\n\r\nhello";
  for (const std::size_t piece : {1u, 2u, 3u, 7u, 50u, 1000u}) {
    AnswerReader reader(kLimit);
    EXPECT_EQ(feed(reader, text, piece), "");
    ASSERT_TRUE(reader.is_done()) << piece;
    EXPECT_TRUE(reader.keep_alive());
    const Answer answer = reader.release();
    EXPECT_EQ(answer.status, 429);
    EXPECT_EQ(answer.body, "hello");
    EXPECT_EQ(answer.request_id, "req_1");
    EXPECT_EQ(answer.rate_limited_reason, "endpoint-rate");
    EXPECT_EQ(answer.should_retry, "true");
    EXPECT_EQ(answer.retry_after, "3");
    EXPECT_EQ(answer.date, "Mon, 23 Nov 2026 04:20:00 GMT");
    EXPECT_TRUE(answer.replayed);
  }
}

TEST(AnswerReader, JoinsChunks) {
  const std::string text =
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\nTrailer: "
      "z\r\n\r\n";
  for (const std::size_t piece : {1u, 5u, 1000u}) {
    AnswerReader reader(kLimit);
    feed(reader, text, piece);
    ASSERT_TRUE(reader.is_done()) << piece << reader.failure();
    EXPECT_EQ(reader.release().body, "abcdefg");
  }
}

TEST(AnswerReader, TakesAnEmptyBodyOfChunksByteByByte) {
  for (const char* tail : {"0\r\n\r\n", "0\r\nTrailer: z\r\n\r\n"}) {
    AnswerReader reader(kLimit);
    feed(reader, std::string("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n") + tail, 1);
    ASSERT_TRUE(reader.is_done()) << tail << reader.failure();
    EXPECT_EQ(reader.release().body, "");
  }
}

TEST(AnswerReader, SkipsInterimAnswers) {
  for (const std::size_t piece : {1u, 1000u}) {
    AnswerReader reader(kLimit);
    feed(reader,
         "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nRequest-Id: no\r\n\r\n"
         "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx",
         piece);
    ASSERT_TRUE(reader.is_done());
    const Answer answer = reader.release();
    EXPECT_EQ(answer.status, 200);
    EXPECT_EQ(answer.request_id, "");
    EXPECT_EQ(answer.body, "x");
  }
}

TEST(AnswerReader, GivesUpOnEndlessInterimAnswers) {
  AnswerReader reader(kLimit);
  std::string text;
  for (int i = 0; i < 100; ++i) text += "HTTP/1.1 100 Continue\r\n\r\n";
  feed(reader, text, 10);
  EXPECT_EQ(reader.failure(), "malformed");
}

TEST(AnswerReader, LeavesWhatFollowsTheAnswer) {
  AnswerReader reader(kLimit);
  EXPECT_EQ(feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP/1.1 500 No\r\n", 1000),
            "HTTP/1.1 500 No\r\n");
  EXPECT_TRUE(reader.is_done());
}

TEST(AnswerReader, KnowsWhenTheConnectionCannotGoOn) {
  const std::pair<const char*, bool> cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", true},
      {"HTTP/1.1 204 No\r\n\r\n", true},
      {"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", false},
      {"HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", false},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", false},
  };
  for (const auto& [text, keeps] : cases) {
    AnswerReader reader(kLimit);
    feed(reader, text, 1000);
    ASSERT_TRUE(reader.is_done()) << text;
    EXPECT_EQ(reader.keep_alive(), keeps) << text;
  }
}

TEST(AnswerReader, TakesTheEndOfTheConnectionForTheEndOfABodyWithoutLength) {
  AnswerReader reader(kLimit);
  feed(reader, "HTTP/1.1 200 OK\r\n\r\nall of it", 4);
  EXPECT_FALSE(reader.is_done());
  reader.end();
  ASSERT_TRUE(reader.is_done());
  EXPECT_FALSE(reader.keep_alive());
  EXPECT_EQ(reader.release().body, "all of it");
}

TEST(AnswerReader, NamesWhatIsWrong) {
  struct Case {
    std::string text;
    const char* failure;
  };
  const Case cases[] = {
      {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell", "truncated"},
      {"HTTP/1.1 200 OK\r\nContent-Le", "truncated"},
      {"HTTP/1.1 200", "truncated"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab", "truncated"},
      {"HTTP/1.1 100 Continue\r\n\r\n", "truncated"},
      {"SSH-2.0-OpenSSH_9.2\r\n", "malformed"},
      {"HTTP/1.1 2x0 OK\r\n\r\n", "malformed"},
      {"HTTP/1.1 000 OK\r\nContent-Length: 0\r\n\r\n", "malformed"},
      {"HTTP/1.1 020 OK\r\nContent-Length: 0\r\n\r\n", "malformed"},
      {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "malformed"},
      {"HTTP/1.1 200 OK\r\nContent-Length: five\r\n\r\n", "malformed"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", "malformed"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n", "too_large"},
      {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n" + std::string(0x65, 'x'), "too_large"},
      {"HTTP/1.1 200 OK\r\n\r\n" + std::string(101, 'x'), "too_large"},
      {"HTTP/1.1 200 OK\r\nX: " + std::string(70'000, 'x') + "\r\n\r\n", "too_large"},
  };
  for (const Case& c : cases) {
    AnswerReader reader(kLimit);
    feed(reader, c.text, 1000);
    reader.end();
    EXPECT_FALSE(reader.is_done()) << c.text;
    EXPECT_EQ(reader.failure(), c.failure) << c.text;
  }
}

TEST(AnswerReader, TakesABodyOfJustTheLimit) {
  AnswerReader reader(kLimit);
  feed(reader, "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'), 1000);
  EXPECT_TRUE(reader.is_done());
}

TEST(AnswerReader, MakesHeaderValuesHarmless) {
  AnswerReader reader(kLimit);
  feed(reader,
       "HTTP/1.1 200 OK\r\nRequest-Id: req\tx\xc3\xa9\r\nRetry-After: " + std::string(1000, '9') +
           "\r\nContent-Length: 0\r\n\r\n",
       1000);
  ASSERT_TRUE(reader.is_done()) << reader.failure();
  const Answer answer = reader.release();
  EXPECT_EQ(answer.request_id, "req?x??");
  EXPECT_EQ(answer.retry_after.size(), 255u);
}

}  // namespace
}  // namespace payferry::stripe
