#include "ledger/server_clock.hpp"

#include <gtest/gtest.h>

namespace payferry::ledger {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr SteadyTime kStart = SteadyTime(std::chrono::hours(1000));
constexpr Nanoseconds kNow = std::chrono::hours(24 * 365 * 56);  // by the server's clock, at kStart

class ServerClockTest : public testing::Test {
 protected:
  // An answer that was under way so long there and so long back, `later` than kStart.
  void hear(Nanoseconds later, Nanoseconds there, Nanoseconds back, Nanoseconds set_by = {}) {
    const SteadyTime asked = kStart + later;
    clock_.heard(asked, asked + there + back, kNow + later + there + set_by);
  }
  Nanoseconds error() const { return clock_.zero() - (kStart - kNow); }

  ServerClock clock_;
};

TEST_F(ServerClockTest, the_quickest_answer_says_it_best) {
  hear(milliseconds(0), milliseconds(1), milliseconds(9));
  EXPECT_EQ(error(), milliseconds(4));
  hear(milliseconds(500), microseconds(100), microseconds(300));
  EXPECT_EQ(error(), microseconds(100));
  hear(milliseconds(1000), milliseconds(8), milliseconds(1));
  EXPECT_EQ(error(), microseconds(100));
}

TEST_F(ServerClockTest, what_it_says_is_not_believed_for_ever) {
  hear(milliseconds(0), microseconds(100), microseconds(100));
  for (int beat = 1; beat <= 20; ++beat) hear(milliseconds(500) * beat, microseconds(200), microseconds(400));
  EXPECT_EQ(error(), microseconds(100));
}

TEST_F(ServerClockTest, a_clock_that_was_set_is_followed_at_once) {
  hear(milliseconds(0), microseconds(100), microseconds(100));
  hear(milliseconds(500), milliseconds(1), milliseconds(1), std::chrono::seconds(3));
  EXPECT_EQ(error(), -std::chrono::seconds(3));
}

}  // namespace
}  // namespace payferry::ledger
