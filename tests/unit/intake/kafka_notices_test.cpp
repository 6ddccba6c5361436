#include <gtest/gtest.h>

#include "intake/kafka_client.hpp"

namespace payferry::intake {
namespace {

using std::chrono::milliseconds;

const KafkaNotices::Moment kBegin{std::chrono::seconds(1000)};

TEST(KafkaNotices, OursGoFirstAndOneASecond) {
  KafkaNotices notices;
  EXPECT_EQ(notices.take(kBegin), "");
  notices.add_of_library("connection refused");
  notices.add("cannot be read");
  notices.add("is read again");
  EXPECT_EQ(notices.take(kBegin), "cannot be read");
  EXPECT_EQ(notices.take(kBegin + milliseconds(999)), "");
  EXPECT_EQ(notices.take(kBegin + milliseconds(1200)), "is read again");
  EXPECT_EQ(notices.take(kBegin + milliseconds(2400)), "connection refused");
  EXPECT_EQ(notices.take(kBegin + milliseconds(3600)), "");
}

TEST(KafkaNotices, WhatIsRepeatedIsToldOnce) {
  KafkaNotices notices;
  notices.add("a");
  notices.add("a");
  notices.add("b");
  notices.add("a");
  for (const char* text : {"a", "b", "a", ""}) {
    static KafkaNotices::Moment now = kBegin;
    EXPECT_EQ(notices.take(now), text);
    now += std::chrono::seconds(2);
  }
}

TEST(KafkaNotices, AFloodOfTheLibraryIsLeftOut) {
  KafkaNotices notices;
  for (int number = 0; number < 1000; ++number) notices.add_of_library(std::to_string(number));
  KafkaNotices::Moment now = kBegin;
  int told = 0;
  for (; !notices.take(now).empty(); now += std::chrono::seconds(2)) ++told;
  EXPECT_EQ(told, 4);
}

TEST(KafkaError, OnlyWhatTheBrokerSaysOfALoginIsARefusal) {
  const auto met = [](const char* text) {
    return kafka_error("topic t", RD_KAFKA_RESP_ERR__AUTHENTICATION, text).code;
  };
  EXPECT_EQ(met("SASL authentication error: Authentication failed: Invalid username or password"),
            Errc::refused);
  EXPECT_EQ(met("SASL SCRAM-SHA-256 mechanism handshake failed: Broker: Unsupported SASL mechanism: broker's "
                "supported mechanisms: PLAIN"),
            Errc::refused);
  EXPECT_EQ(met("SASL PLAIN mechanism handshake failed: Local: Broker transport failure: broker's supported "
                "mechanisms: "),
            Errc::unreachable);
}

}  // namespace
}  // namespace payferry::intake
