#include "intake/kafka_contact.hpp"

#include <gtest/gtest.h>

namespace payferry::intake {
namespace {

using std::chrono::seconds;
using Moment = KafkaContact::Moment;

const Moment kBegin{seconds(1000)};

TEST(KafkaContact, NobodyIsAskedWithoutDoubt) {
  const KafkaContact contact;
  EXPECT_FALSE(contact.is_due(kBegin));
  EXPECT_FALSE(contact.is_in_doubt());
  EXPECT_FALSE(contact.since());
}

TEST(KafkaContact, ADoubtThatIsDispelledWasNoLoss) {
  KafkaContact contact;
  contact.doubt(kBegin, "one is gone");
  EXPECT_TRUE(contact.is_due(kBegin));
  EXPECT_FALSE(contact.asked(kBegin, true));
  EXPECT_FALSE(contact.is_in_doubt());
  EXPECT_FALSE(contact.is_due(kBegin + seconds(60)));
}

TEST(KafkaContact, ALossCountsFromTheFirstDoubtAndIsToldOnce) {
  KafkaContact contact;
  contact.doubt(kBegin, "one is gone");
  contact.doubt(kBegin + seconds(1), "all are gone");
  EXPECT_FALSE(contact.since()) << "nobody was asked";
  EXPECT_FALSE(contact.asked(kBegin + seconds(2), false));
  EXPECT_TRUE(contact.asked(kBegin + seconds(3), false));
  EXPECT_EQ(contact.since(), kBegin);
  EXPECT_EQ(contact.why(), "all are gone");
  EXPECT_FALSE(contact.is_due(kBegin + seconds(3)));
  EXPECT_TRUE(contact.is_due(kBegin + seconds(4)));
  EXPECT_FALSE(contact.asked(kBegin + seconds(4), false));
  EXPECT_EQ(contact.since(), kBegin);
}

TEST(KafkaContact, OneSilenceIsNoLoss) {
  KafkaContact contact;
  contact.doubt(kBegin, "one is gone");
  for (int at = 0; at < 6; at += 2) {
    EXPECT_FALSE(contact.asked(kBegin + seconds(at), false));
    EXPECT_FALSE(contact.since());
    EXPECT_TRUE(contact.is_in_doubt()) << "and is asked again";
    EXPECT_FALSE(contact.asked(kBegin + seconds(at + 1), true));
    contact.doubt(kBegin + seconds(at + 2), "another is gone");
  }
}

TEST(KafkaContact, TheEndOfALossIsTold) {
  KafkaContact contact;
  contact.doubt(kBegin, "gone");
  contact.asked(kBegin, false);
  contact.asked(kBegin + seconds(1), false);
  EXPECT_TRUE(contact.asked(kBegin + seconds(9), true));
  EXPECT_FALSE(contact.since());
  contact.doubt(kBegin + seconds(20), "gone again");
  contact.asked(kBegin + seconds(21), false);
  contact.asked(kBegin + seconds(22), false);
  EXPECT_EQ(contact.since(), kBegin + seconds(20));
}

}  // namespace
}  // namespace payferry::intake
