#include "throttle/bucket.hpp"

#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace payferry::throttle {
namespace {

using std::chrono::duration;
using std::chrono::milliseconds;

constexpr SteadyTime kStart = SteadyTime(std::chrono::hours(1000));

double to_seconds(Nanoseconds span) {
  return duration<double>(span).count();
}

class BucketAtRate : public testing::TestWithParam<double> {};

TEST_P(BucketAtRate, grants_are_evenly_spaced_and_exactly_at_the_rate) {
  const double rate = GetParam();
  Bucket bucket(rate);
  SteadyTime now = kStart;
  bucket.take(now);
  const int grants = 10'000;
  for (int at = 0; at < grants; ++at) {
    const SteadyTime next = bucket.next_at(now);
    EXPECT_NEAR(to_seconds(next - now) * rate, 1.0, 0.001);
    now = next;
    bucket.take(now);
  }
  EXPECT_NEAR(grants / to_seconds(now - kStart), rate, rate * 1e-4);
}

TEST_P(BucketAtRate, no_window_holds_a_burst_after_a_pause) {
  const double rate = GetParam();
  Bucket bucket(rate);
  SteadyTime now = kStart;
  bucket.take(now);
  now += std::chrono::hours(2);
  std::vector<SteadyTime> grants;
  while (grants.size() < 2000) {
    now = bucket.next_at(now);
    bucket.take(now);
    grants.push_back(now);
  }
  // Any n grants take at least the time of n - 1 spacings at the pace of catching up, but for one grain.
  for (std::size_t from = 0; from + 50 < grants.size(); from += 7) {
    const double took = to_seconds(grants[from + 50] - grants[from] + Bucket::kGrain);
    EXPECT_GE(took * rate * Bucket::kCatchUp, 49.99);
  }
}

TEST_P(BucketAtRate, lateness_is_made_good_within_the_faster_pace) {
  const double rate = GetParam();
  Bucket bucket(rate);
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> late(0, std::min(0.0008, 0.05 / rate) * 1e9);
  SteadyTime now = kStart;
  bucket.take(now);
  const int grants = 20'000;
  for (int at = 0; at < grants; ++at) {
    now = bucket.next_at(now) + Nanoseconds{static_cast<std::int64_t>(late(random))};
    bucket.take(now);
  }
  EXPECT_NEAR(grants / to_seconds(now - kStart), rate, rate * 1e-3);
}

INSTANTIATE_TEST_SUITE_P(Rates, BucketAtRate, testing::Values(0.5, 20.0, 240.0, 20'000.0));

TEST(Bucket, a_timer_of_one_millisecond_still_reaches_20000_a_second) {
  Bucket bucket(20'000);
  SteadyTime now = kStart;
  int grants = 0;
  for (int tick = 0; tick < 5000; ++tick) {
    now += milliseconds(1);
    while (bucket.next_at(now) <= now) {
      bucket.take(now);
      ++grants;
    }
  }
  EXPECT_NEAR(grants, 100'000, 100);
}

TEST(Bucket, the_first_grant_comes_at_once_and_alone) {
  Bucket bucket(20);
  EXPECT_EQ(bucket.next_at(kStart), kStart);
  bucket.take(kStart);
  EXPECT_EQ(bucket.next_at(kStart), kStart + milliseconds(50));
}

TEST(Bucket, more_than_the_bounded_debt_is_forgotten) {
  Bucket bucket(20);
  SteadyTime now = kStart;
  bucket.take(now);
  now += std::chrono::seconds(10);
  const SteadyTime resumed = now;
  int extra = 0;
  for (int at = 0; at < 400; ++at) {
    now = bucket.next_at(now);
    bucket.take(now);
    ++extra;
  }
  // 250 ms of lateness are 5 grants at 20 a second.
  EXPECT_LE(extra, 20 * to_seconds(now - resumed) + 6.5);
}

TEST(Bucket, a_new_rate_takes_effect_on_the_grant_that_is_waited_for) {
  Bucket bucket(0.1);
  bucket.take(kStart);
  EXPECT_EQ(bucket.next_at(kStart), kStart + std::chrono::seconds(10));
  bucket.set_rate(10);
  EXPECT_EQ(bucket.next_at(kStart), kStart + milliseconds(100));
}

TEST(Bucket, an_unlimited_one_never_makes_anybody_wait) {
  Bucket bucket;
  for (int at = 0; at < 1000; ++at) {
    EXPECT_EQ(bucket.next_at(kStart), kStart);
    bucket.take(kStart);
  }
}

}  // namespace
}  // namespace payferry::throttle
