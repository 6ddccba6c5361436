#include "enqueue/outbox.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace payferry::enqueue {
namespace {

constexpr std::size_t kMuch = 1'000'000;

Outgoing message(std::uint64_t line) {
  return {{line * 10, line + 1, line}, "body " + std::to_string(line), "id " + std::to_string(line), ""};
}

Outgoing reject(std::uint64_t line) {
  return {{line * 10, line + 1, line}, "", "", "reject " + std::to_string(line) + "\n"};
}

Outbox of_messages(std::uint64_t count, std::size_t most = 100) {
  Outbox outbox(most, kMuch, {});
  for (std::uint64_t line = 1; line <= count; ++line) outbox.add(message(line));
  return outbox;
}

void send_all(Outbox& outbox, std::uint64_t& tag) {
  while (outbox.next()) outbox.sent(++tag);
}

TEST(Outbox, MovesItsMarkInOrderWhateverTheOrderOfConfirms) {
  Outbox outbox = of_messages(4);
  std::uint64_t tag = 0;
  send_all(outbox, tag);
  outbox.confirmed(2, false);
  outbox.confirmed(3, false);
  EXPECT_EQ(outbox.mark(), Mark{});
  EXPECT_EQ(outbox.done(), 0u);
  outbox.confirmed(1, false);
  EXPECT_EQ(outbox.mark(), (Mark{{30, 4, 3}, 3, 0}));
  EXPECT_EQ(outbox.done(), 3u);
  EXPECT_EQ(outbox.open(), 1u);
}

TEST(Outbox, AConfirmMayStandForAllBeforeIt) {
  Outbox outbox = of_messages(4);
  std::uint64_t tag = 0;
  send_all(outbox, tag);
  outbox.confirmed(3, true);
  EXPECT_EQ(outbox.mark().confirmed, 3u);
  EXPECT_EQ(outbox.unconfirmed(), 1u);
  outbox.confirmed(3, true);
  EXPECT_EQ(outbox.mark().confirmed, 3u) << "said twice";
}

TEST(Outbox, WhatALostConnectionDidNotConfirmGoesAgainInOrderUnderNewTags) {
  Outbox outbox = of_messages(4);
  std::uint64_t tag = 0;
  for (int i = 0; i < 3; ++i) outbox.sent(++tag);
  outbox.confirmed(2, false);
  outbox.lost();
  EXPECT_EQ(outbox.unconfirmed(), 0u);
  tag = 0;
  std::vector<std::string> went;
  while (outbox.next()) {
    went.push_back(outbox.next()->id);
    outbox.sent(++tag);
  }
  EXPECT_EQ(went, (std::vector<std::string>{"id 1", "id 3", "id 4"}));
  EXPECT_EQ(outbox.again(), 2u);
  outbox.confirmed(3, true);
  EXPECT_EQ(outbox.mark().confirmed, 4u);
  EXPECT_EQ(outbox.open(), 0u);
}

TEST(Outbox, WhatWasRefusedGoesAgainBeforeWhatIsNew) {
  Outbox outbox = of_messages(3);
  outbox.sent(1);
  outbox.sent(2);
  outbox.refused(2, true);
  EXPECT_EQ(outbox.next()->id, "id 1");
  outbox.sent(3);
  EXPECT_EQ(outbox.next()->id, "id 2");
  outbox.confirmed(2, false);
  EXPECT_EQ(outbox.mark(), Mark{}) << "the tag of a refusal confirms nothing any more";
}

TEST(Outbox, RejectsAreDoneWithTheLinesBeforeThem) {
  Outbox outbox(100, kMuch, {{5, 2, 7}, 4, 3});
  outbox.add(reject(8));
  EXPECT_EQ(outbox.mark(), (Mark{{80, 9, 8}, 4, 4}));
  outbox.add(message(9));
  outbox.add(reject(10));
  EXPECT_EQ(outbox.mark().place.lines, 8u);
  EXPECT_EQ(outbox.take_done(), "reject 8\n");
  outbox.sent(1);
  outbox.confirmed(1, false);
  EXPECT_EQ(outbox.mark(), (Mark{{100, 11, 10}, 5, 5}));
  EXPECT_EQ(outbox.take_done(), "reject 10\n");
  EXPECT_TRUE(outbox.empty());
}

TEST(Outbox, HasRoomAgainWhenProgressWasKeptAndNotBefore) {
  Outbox outbox = of_messages(2, 2);
  EXPECT_FALSE(outbox.has_room());
  outbox.sent(1);
  outbox.confirmed(1, false);
  EXPECT_FALSE(outbox.has_room()) << "a crash would double more than the window";
  outbox.take_done();
  EXPECT_TRUE(outbox.has_room());
}

TEST(Outbox, IsFullByBytesToo) {
  Outbox outbox(100, 10, {});
  outbox.add({{1, 2, 1}, std::string(50, 'x'), "id", ""});
  EXPECT_FALSE(outbox.has_room());
  outbox.sent(1);
  outbox.confirmed(1, false);
  EXPECT_TRUE(outbox.has_room()) << "the body of what is confirmed is not kept";
}

// Whatever the broker does, every line is confirmed once, and no more than the window is between sent and
// kept.
TEST(Outbox, LosesNothingUnderAnyBroker) {
  for (unsigned seed = 0; seed < 300; ++seed) {
    std::mt19937 random(seed);
    const auto chance = [&random](int percent) { return static_cast<int>(random() % 100) < percent; };
    Outbox outbox(8, kMuch, {});
    std::uint64_t read = 0, tag = 0, kept = 0, rejects = 0;
    constexpr std::uint64_t kLines = 100;
    std::string written;
    for (int round = 0; kept < kLines; ++round) {
      ASSERT_LT(round, 100'000) << "it hangs, seed " << seed;
      if (read < kLines && outbox.has_room()) {
        ++read;
        const bool bad = chance(20);
        rejects += bad ? 1 : 0;
        outbox.add(bad ? reject(read) : message(read));
      }
      if (outbox.next() && chance(60)) outbox.sent(++tag);
      if (tag > 0 && chance(30)) outbox.confirmed(1 + random() % tag, chance(50));
      if (tag > 0 && chance(10)) outbox.refused(1 + random() % tag, chance(50));
      if (chance(3)) {
        outbox.lost();
        tag = 0;
      }
      if (chance(30)) {
        written += outbox.take_done();
        kept = outbox.mark().place.lines;
      }
      ASSERT_LE(read - kept, 8u);
      ASSERT_EQ(outbox.mark().place.lines, outbox.mark().confirmed + outbox.mark().rejected);
    }
    EXPECT_EQ(outbox.mark().rejected, rejects);
    EXPECT_EQ(static_cast<std::uint64_t>(std::count(written.begin(), written.end(), '\n')), rejects);
    EXPECT_TRUE(outbox.empty());
  }
}

}  // namespace
}  // namespace payferry::enqueue
