#include "intake/kafka_offsets.hpp"

#include <gtest/gtest.h>

namespace payferry::intake {
namespace {

using Places = KafkaOffsets::Places;

TEST(KafkaOffsets, NothingIsDueBeforeItIsAdmitted) {
  KafkaOffsets offsets;
  EXPECT_EQ(offsets.take(0, 7), 1u);
  EXPECT_EQ(offsets.take(1, 3), 2u);
  EXPECT_EQ(offsets.due(), Places{});
  EXPECT_TRUE(offsets.is_waiting(0));
  EXPECT_FALSE(offsets.is_waiting(2));
}

TEST(KafkaOffsets, WhatIsAdmittedIsDueUntilItIsCommitted) {
  KafkaOffsets offsets;
  offsets.take(0, 7);
  offsets.take(1, 3);
  offsets.take(0, 9);  // 8 was a transaction's mark
  offsets.settle(2);
  EXPECT_EQ(offsets.due(), (Places{{0, 8}, {1, 4}}));
  EXPECT_TRUE(offsets.is_waiting(0));
  EXPECT_FALSE(offsets.is_waiting(1));
  offsets.committed({{0, 8}, {1, 4}});
  EXPECT_EQ(offsets.due(), Places{});
  offsets.settle(3);
  EXPECT_EQ(offsets.due(), (Places{{0, 10}}));
}

TEST(KafkaOffsets, WhatIsHeldStopsItsPartitionAndNoOther) {
  KafkaOffsets offsets;
  offsets.take(0, 0);
  const std::uint64_t held = offsets.take(0, 1);
  offsets.take(0, 2);
  offsets.take(1, 0);
  offsets.hold(held);
  offsets.settle(4);
  EXPECT_EQ(offsets.due(), (Places{{0, 1}, {1, 1}}));
  EXPECT_TRUE(offsets.is_waiting(0));
  offsets.release(held);
  EXPECT_EQ(offsets.due(), (Places{{0, 3}, {1, 1}}));
  EXPECT_FALSE(offsets.is_waiting(0));
}

TEST(KafkaOffsets, WhatIsReleasedBeforeItIsAdmittedIsNotDue) {
  KafkaOffsets offsets;
  const std::uint64_t held = offsets.take(0, 0);
  offsets.hold(held);
  offsets.release(held);
  EXPECT_EQ(offsets.due(), Places{});
  offsets.settle(held);
  EXPECT_EQ(offsets.due(), (Places{{0, 1}}));
}

TEST(KafkaOffsets, APartitionThatIsGoneIsForgottenAndBeginsAnew) {
  KafkaOffsets offsets;
  offsets.take(0, 5);
  offsets.settle(1);
  offsets.committed({{0, 6}});
  const std::uint64_t late = offsets.take(0, 6);
  offsets.drop(0);
  offsets.settle(late);
  offsets.committed({{0, 7}});
  EXPECT_EQ(offsets.due(), Places{});
  // Its owner in between committed nothing: it is read again from where we were, or from before.
  offsets.settle(offsets.take(0, 2));
  EXPECT_EQ(offsets.due(), (Places{{0, 3}}));
}

TEST(KafkaOffsets, AnOlderWordTakesNothingBack) {
  KafkaOffsets offsets;
  offsets.take(0, 0);
  offsets.take(0, 1);
  offsets.settle(2);
  offsets.settle(1);
  EXPECT_EQ(offsets.due(), (Places{{0, 2}}));
}

}  // namespace
}  // namespace payferry::intake
