#include "intake/unpacked_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "unit/intake/support.hpp"

namespace payferry::intake {
namespace {

using testing::HasSubstr;

struct Outcome {
  std::string text;
  std::string error;
};

Outcome read_through(std::string bytes, std::size_t chunk, std::size_t want = 4096) {
  UnpackedStream stream(std::make_unique<MemoryStream>(std::move(bytes), [chunk] { return chunk; }), "in.gz");
  Outcome outcome;
  std::vector<char> buffer(want);
  for (;;) {
    const Result<Piece> piece = stream.read(buffer.data(), buffer.size(), Wait::yes);
    if (!piece) {
      outcome.error = piece.error().message;
      EXPECT_EQ(piece.error().code, Errc::io);
      EXPECT_FALSE(stream.read(buffer.data(), buffer.size(), Wait::yes)) << "the error has to come again";
      return outcome;
    }
    if (piece->kind == Piece::Kind::end) return outcome;
    outcome.text.append(buffer.data(), piece->size);
  }
}

std::string long_text() {
  std::mt19937 random(1);
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += "cus_" + std::to_string(random()) + "\n";
  return text;
}

TEST(UnpackedStream, PlainBytesPass) {
  for (const std::string& text : {std::string(), std::string("a"), std::string("\x1f"),
                                  std::string("\x1f\x8a"), std::string("customer,payment_method\n")}) {
    for (const std::size_t chunk : {1, 2, 100}) EXPECT_EQ(read_through(text, chunk).text, text);
  }
}

TEST(UnpackedStream, GzipIsInflatedHoweverItArrives) {
  const std::string text = long_text();
  const std::string packed = gzip(text);
  for (const std::size_t chunk : {1, 7, 1000, 1'000'000}) {
    for (const std::size_t want : {100, 300'000}) {
      const Outcome outcome = read_through(packed, chunk, want);
      EXPECT_EQ(outcome.error, "");
      EXPECT_EQ(outcome.text, text) << chunk;
    }
  }
}

TEST(UnpackedStream, MembersAreReadOneAfterTheOther) {
  const std::string packed = gzip("a\n") + gzip("") + gzip("b\n");
  for (const std::size_t chunk : {1, 5, 1000}) {
    const Outcome outcome = read_through(packed, chunk);
    EXPECT_EQ(outcome.text, "a\nb\n");
    EXPECT_EQ(outcome.error, "");
  }
}

TEST(UnpackedStream, ZerosBehindTheLastMemberArePadding) {
  for (const std::size_t chunk : {1, 1000}) {
    const Outcome outcome = read_through(gzip("a\n") + std::string(512, '\0'), chunk);
    EXPECT_EQ(outcome.text, "a\n");
    EXPECT_EQ(outcome.error, "");
  }
}

TEST(UnpackedStream, ACutMemberIsAnErrorBehindItsBytes) {
  const std::string text = long_text();
  const std::string packed = gzip(text);
  for (const std::size_t kept : {std::size_t{2}, std::size_t{11}, packed.size() / 2, packed.size() - 1}) {
    for (const std::size_t chunk : {1, 1'000'000}) {
      const Outcome outcome = read_through(packed.substr(0, kept), chunk);
      EXPECT_THAT(outcome.error, HasSubstr("in.gz is cut off")) << kept;
      EXPECT_EQ(outcome.text, text.substr(0, outcome.text.size()));
    }
  }
  EXPECT_EQ(read_through(packed.substr(0, packed.size() - 1), 1000).text, text);
}

TEST(UnpackedStream, ADamagedMemberIsAnErrorBehindTheBytesBefore) {
  const std::string text = long_text();
  std::string bad_checksum = gzip(text);
  bad_checksum[bad_checksum.size() - 6] ^= 1;
  for (const std::size_t chunk : {1, 1000, 1'000'000}) {
    const Outcome outcome = read_through(bad_checksum, chunk);
    EXPECT_THAT(outcome.error, HasSubstr("is damaged")) << chunk;
    EXPECT_EQ(outcome.text, text);
  }

  // The last bytes of the text and the end of the damaged file come in one piece.
  std::string short_one = gzip("a\n");
  short_one.back() ^= 1;
  const Outcome at_once = read_through(short_one, 1000);
  EXPECT_THAT(at_once.error, HasSubstr("is damaged"));
  EXPECT_EQ(at_once.text, "a\n");

  const Outcome trailing = read_through(gzip("a\n") + "garbage", 1000);
  EXPECT_THAT(trailing.error, HasSubstr("is damaged"));
  EXPECT_EQ(trailing.text, "a\n");

  std::string bad_block = gzip(text);
  bad_block[10] = '\x07';  // a block type that does not exist
  EXPECT_THAT(read_through(bad_block, 1000).error, HasSubstr("is damaged"));
}

TEST(UnpackedStream, RandomDamageNeverCrashesNorHangs) {
  const std::string packed = gzip(long_text());
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::string bytes = packed;
    for (int i = 0; i < 3; ++i)
      bytes[2 + random() % (bytes.size() - 2)] ^= static_cast<char>(1 + random() % 255);
    read_through(bytes, 1 + random() % 50'000);
  }
}

TEST(UnpackedStream, OnlyPlainBytesHavePlaces) {
  UnpackedStream plain(std::make_unique<MemoryStream>("abcdef"), "in");
  char c = 0;
  ASSERT_TRUE(plain.read(&c, 1, Wait::yes));
  ASSERT_TRUE(*plain.seek(4));
  ASSERT_TRUE(plain.read(&c, 1, Wait::yes));
  EXPECT_EQ(c, 'e');
  EXPECT_FALSE(*plain.seek(7));

  UnpackedStream packed(std::make_unique<MemoryStream>(gzip("abcdef")), "in");
  ASSERT_TRUE(packed.read(&c, 1, Wait::yes));
  EXPECT_FALSE(*packed.seek(0));
  ASSERT_TRUE(packed.read(&c, 1, Wait::yes));
  EXPECT_EQ(c, 'b') << "a refused seek leaves it where it is";
}

}  // namespace
}  // namespace payferry::intake
