#include "intake/deliveries.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "intake/queue_position.hpp"

namespace payferry::intake {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Deliveries, AreSettledAsOneUpToTheLastThatWasAccepted) {
  Deliveries deliveries;
  for (std::uint64_t tag = 1; tag <= 5; ++tag) deliveries.take(tag, tag == 2 || tag == 5);
  deliveries.close_batch("a");
  EXPECT_EQ(deliveries.waiting(), 5u);
  const Deliveries::Settled settled = deliveries.settle("a");
  EXPECT_THAT(settled.rejected, ElementsAre(2, 5));
  EXPECT_EQ(settled.accepted, 4u);
  EXPECT_EQ(deliveries.waiting(), 0u);
}

TEST(Deliveries, SeveralBatchesAreSettledAtOnceAndLaterOnesWait) {
  Deliveries deliveries;
  deliveries.take(1, false);
  deliveries.close_batch("a");
  deliveries.take(2, true);
  deliveries.close_batch("b");
  deliveries.take(3, false);
  deliveries.close_batch("c");
  const Deliveries::Settled settled = deliveries.settle("b");
  EXPECT_THAT(settled.rejected, ElementsAre(2));
  EXPECT_EQ(settled.accepted, 1u);
  EXPECT_EQ(deliveries.waiting(), 1u);
  EXPECT_EQ(deliveries.settle("c").accepted, 3u);
}

TEST(Deliveries, WhatIsStillGatheredIsNotSettled) {
  Deliveries deliveries;
  deliveries.take(1, false);
  EXPECT_TRUE(deliveries.settle("a").empty());
  EXPECT_EQ(deliveries.waiting(), 1u);
}

TEST(Deliveries, ABatchWithoutMessagesSettlesNothing) {
  Deliveries deliveries;
  deliveries.close_batch("a");
  EXPECT_TRUE(deliveries.settle("a").empty());
}

// Their tags mean other messages on the next channel.
TEST(Deliveries, AfterALossNothingOfBeforeIsSettled) {
  Deliveries deliveries;
  deliveries.take(1, false);
  deliveries.close_batch("a");
  deliveries.take(2, true);
  deliveries.forget();
  EXPECT_EQ(deliveries.waiting(), 0u);
  EXPECT_TRUE(deliveries.settle("a").empty());
  deliveries.take(1, false);
  deliveries.close_batch("b");
  EXPECT_TRUE(deliveries.settle("a").empty());
  const Deliveries::Settled settled = deliveries.settle("b");
  EXPECT_EQ(settled.accepted, 1u);
  EXPECT_THAT(settled.rejected, IsEmpty());
}

TEST(QueuePosition, TellsHowManyMessagesThereWere) {
  EXPECT_EQ(count_from(position_of(0)), 0u);
  EXPECT_EQ(count_from(position_of(18'446'744'073'709'551'615U)), 18'446'744'073'709'551'615U);
  for (const char* other : {"", "queue1:", "queue1:x", "queue1:1x", "queue2:1", "csv1:1:2:abc", "queue1:-1"})
    EXPECT_FALSE(count_from(other)) << other;
}

}  // namespace
}  // namespace payferry::intake
