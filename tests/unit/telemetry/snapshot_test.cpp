#include "telemetry/snapshot.hpp"

#include <gtest/gtest.h>

namespace payferry::telemetry {
namespace {

TEST(WordCounts, stay_bounded_and_lose_no_count) {
  WordCounts words;
  for (int at = 0; at < 5000; ++at) words.add("code_" + std::to_string(at));
  words.add("code_7", 10);
  EXPECT_LE(words.all().size(), WordCounts::kMaxWords + 1);
  EXPECT_EQ(words.total(), 5010u);
  EXPECT_EQ(words.of("code_7"), 11u);
  EXPECT_EQ(words.of("other"), 4800u);
  EXPECT_EQ(words.of("never"), 0u);
}

TEST(ItemCounts, sum_up_every_state) {
  const ItemCounts items{36, 1, 2, 3, 4, 5, 6, 15};
  EXPECT_EQ(items.ended(), 21u);
  EXPECT_EQ(items.sum(), items.read);
}

TEST(TimeLeft, is_known_only_when_size_and_rate_are) {
  Snapshot now;
  now.items.pending = 100;
  now.ended_per_second = 20;
  EXPECT_FALSE(estimate_seconds_left(now));
  now.input_complete = true;
  EXPECT_EQ(estimate_seconds_left(now), 5.0);
  now.ended_per_second = 0;
  EXPECT_FALSE(estimate_seconds_left(now));
}

}  // namespace
}  // namespace payferry::telemetry
