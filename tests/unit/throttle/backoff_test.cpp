#include "throttle/backoff.hpp"

#include <gtest/gtest.h>

#include <array>

namespace payferry::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct Bound {
  int attempt;
  Nanoseconds bound;
};

TEST(Backoff, is_spread_over_everything_up_to_a_doubling_bound) {
  const std::array bounds{Bound{1, milliseconds(500)}, Bound{2, seconds(1)},  Bound{3, seconds(2)},
                          Bound{7, seconds(32)},       Bound{8, seconds(60)}, Bound{10'000, seconds(60)}};
  Random random(1);
  for (const auto& [attempt, bound] : bounds) {
    Nanoseconds least = seconds(1000), most{0}, sum{0};
    for (int at = 0; at < 5000; ++at) {
      const Nanoseconds drawn = backoff(attempt, kBackoffBase, seconds(60), random);
      least = std::min(least, drawn);
      most = std::max(most, drawn);
      sum += drawn;
    }
    EXPECT_GE(least, kBackoffFloor);
    EXPECT_LE(most, bound);
    EXPECT_GT(most, bound * 95 / 100) << attempt;
    EXPECT_NEAR(static_cast<double>((sum / 5000).count()), bound.count() / 2.0, bound.count() * 0.03)
        << attempt;
  }
}

TEST(Backoff, stripes_own_wish_is_a_lower_bound_but_not_without_bound) {
  Random random(1);
  for (int at = 0; at < 1000; ++at) {
    EXPECT_GE(backoff(1, kBackoffBase, seconds(60), random, seconds(7)), seconds(7));
    EXPECT_EQ(backoff(1, kBackoffBase, seconds(60), random, seconds(86'400)), seconds(60));
  }
}

TEST(Backoff, a_maximum_under_the_floor_is_obeyed) {
  Random random(1);
  for (int at = 0; at < 100; ++at)
    EXPECT_LE(backoff(9, kBackoffBase, milliseconds(10), random), milliseconds(10));
}

TEST(Backoff, the_same_seed_gives_the_same_waits) {
  Random one(42), other(42);
  for (int at = 1; at < 20; ++at)
    EXPECT_EQ(backoff(at, kBackoffBase, seconds(60), one), backoff(at, kBackoffBase, seconds(60), other));
}

}  // namespace
}  // namespace payferry::throttle
