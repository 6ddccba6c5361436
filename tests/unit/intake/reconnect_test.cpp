#include "intake/reconnect.hpp"

#include <gtest/gtest.h>

namespace payferry::intake {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

TEST(Reconnect, PausesDoubleUpToHalfAMinute) {
  Reconnect reconnect(minutes(60));
  Reconnect::Moment now{};
  EXPECT_TRUE(reconnect.is_due(now));
  for (const int pause : {250, 500, 1000, 2000, 4000, 8000, 16'000, 30'000, 30'000}) {
    reconnect.failed(now);
    EXPECT_EQ(reconnect.pause(now), milliseconds(pause));
    EXPECT_FALSE(reconnect.is_due(now));
    now += milliseconds(pause);
    EXPECT_TRUE(reconnect.is_due(now));
  }
}

TEST(Reconnect, IsHopelessAfterTheOutageAndNotAfterASuccess) {
  Reconnect reconnect(minutes(15));
  Reconnect::Moment now{};
  EXPECT_FALSE(reconnect.is_hopeless(now + minutes(60)));
  reconnect.failed(now);
  reconnect.failed(now + minutes(14));
  EXPECT_FALSE(reconnect.is_hopeless(now + minutes(14)));
  EXPECT_TRUE(reconnect.is_hopeless(now + minutes(15)));
  reconnect.succeeded();
  EXPECT_FALSE(reconnect.is_hopeless(now + minutes(16)));
  EXPECT_EQ(reconnect.pause(now), milliseconds(0));
}

// A pause that grows would outlast the patience: the last attempt was once made after 16 s of 30.
TEST(Reconnect, AtTheStartItLooksUntilTheHalfMinuteIsOver) {
  Reconnect reconnect = Reconnect::at_start();
  const Reconnect::Moment begin{};
  Reconnect::Moment now = begin;
  while (!reconnect.is_hopeless(now)) {
    reconnect.failed(now);
    EXPECT_LE(reconnect.pause(now), milliseconds(2000));
    now += reconnect.pause(now);
  }
  EXPECT_GE(now - begin, milliseconds(30'000));
  EXPECT_LE(now - begin, milliseconds(32'000));
}

}  // namespace
}  // namespace payferry::intake
