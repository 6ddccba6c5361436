#include "stripe/pool.hpp"

#include <gtest/gtest.h>

namespace payferry::stripe {
namespace {

using namespace std::chrono_literals;
using IntTurn = Turn<int>;

const SteadyTime kStart{1000s};

TEST(Pool, LetsOpenUpToItsCapacity) {
  Pool<int> pool(2, 30s);
  EXPECT_EQ(pool.take(kStart).kind, IntTurn::open);
  EXPECT_EQ(pool.take(kStart).kind, IntTurn::open);
  EXPECT_EQ(pool.take(kStart).kind, IntTurn::wait);
  pool.forget();
  EXPECT_EQ(pool.take(kStart).kind, IntTurn::open);
  EXPECT_EQ(pool.size(), 2u);
}

TEST(Pool, GivesTheLastUsedFirst) {
  Pool<int> pool(2, 30s);
  pool.take(kStart);
  pool.take(kStart);
  pool.keep(1, kStart);
  pool.keep(2, kStart + 1s);
  const IntTurn first = pool.take(kStart + 2s);
  EXPECT_EQ(first.kind, IntTurn::reuse);
  EXPECT_EQ(first.value, 2);
  EXPECT_EQ(pool.take(kStart + 2s).value, 1);
  EXPECT_EQ(pool.take(kStart + 2s).kind, IntTurn::wait);
}

TEST(Pool, DropsWhatLayUnusedForTooLong) {
  Pool<int> pool(3, 30s);
  for (int i = 0; i < 3; ++i) pool.take(kStart);
  pool.keep(1, kStart);
  pool.keep(2, kStart + 10s);
  pool.keep(3, kStart + 20s);
  EXPECT_EQ(pool.take(kStart + 40s).value, 3);
  EXPECT_EQ(pool.idle(), 1u);
  EXPECT_EQ(pool.size(), 2u);
  EXPECT_EQ(pool.take(kStart + 40s + 1ns).kind, IntTurn::open);
  EXPECT_EQ(pool.idle(), 0u);
}

TEST(Pool, UsesAConnectionAtTheEdgeOfItsTime) {
  Pool<int> pool(1, 30s);
  pool.take(kStart);
  pool.keep(1, kStart);
  EXPECT_EQ(pool.take(kStart + 30s).kind, IntTurn::reuse);
}

TEST(Pool, FreesThePlacesOfDroppedIdleOnes) {
  Pool<int> pool(2, 30s);
  pool.take(kStart);
  pool.take(kStart);
  pool.keep(1, kStart);
  pool.drop_idle();
  EXPECT_EQ(pool.size(), 1u);
  EXPECT_EQ(pool.take(kStart).kind, IntTurn::open);
  EXPECT_EQ(pool.take(kStart).kind, IntTurn::wait);
}

}  // namespace
}  // namespace payferry::stripe
