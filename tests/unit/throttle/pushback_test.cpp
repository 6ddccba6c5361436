#include <gtest/gtest.h>

#include "unit/throttle/virtual_run.hpp"

namespace payferry::throttle {
namespace {

using std::chrono::milliseconds;

Controls live() {
  Controls controls;
  controls.global = 80;
  controls.endpoint = 20;
  return controls;
}

struct Case {
  Pushback reason;
  double global;
  double clone;
};

class PushbackReason : public testing::TestWithParam<Case> {};

TEST_P(PushbackReason, lowers_what_it_names_and_nothing_else) {
  Throttle throttle(live());
  throttle.throttled(Endpoint::clone, 0, GetParam().reason, kStart);
  EXPECT_DOUBLE_EQ(throttle.global_rate(kStart), GetParam().global);
  EXPECT_DOUBLE_EQ(throttle.endpoint_rate(Endpoint::clone, kStart), GetParam().clone);
  EXPECT_DOUBLE_EQ(throttle.endpoint_rate(Endpoint::attach, kStart), 20);
}

INSTANTIATE_TEST_SUITE_P(Reasons, PushbackReason,
                         testing::Values(Case{Pushback::global_rate, 64, 20},
                                         Case{Pushback::endpoint_rate, 80, 16},
                                         Case{Pushback::global_concurrency, 80, 20},
                                         Case{Pushback::endpoint_concurrency, 80, 20},
                                         Case{Pushback::resource, 80, 20}, Case{Pushback::lock, 80, 20},
                                         Case{Pushback::unspecified, 80, 20}));

TEST(Pushback, concurrency_leaves_fewer_in_flight_and_recovers) {
  for (const Pushback reason : {Pushback::global_concurrency, Pushback::endpoint_concurrency}) {
    VirtualRun run(live());
    run.throttle.proven(0);
    run.latency = std::chrono::seconds(2);
    for (std::uint64_t id = 0; id < 100'000; ++id) run.enqueue(id, 0, Endpoint::clone);
    run.until(kStart + seconds(30));
    const int before = run.throttle.in_flight();
    EXPECT_NEAR(before, 40, 2);
    run.throttle.throttled(Endpoint::clone, 0, reason, run.now);
    run.until(run.now + seconds(3));
    EXPECT_LE(run.throttle.in_flight(), before * 0.8 + 3);
    run.until(run.now + seconds(600));
    EXPECT_NEAR(run.throttle.in_flight(), before, 2);
  }
}

TEST(Pushback, one_that_names_nothing_makes_the_endpoint_wait_a_moment) {
  VirtualRun run(live());
  run.throttle.proven(0);
  run.enqueue(1, 0, Endpoint::clone);
  run.enqueue(2, 0, Endpoint::attach);
  run.throttle.throttled(Endpoint::clone, 0, Pushback::unspecified, kStart);
  EXPECT_EQ(run.throttle.next(kStart), 2u);
  EXPECT_EQ(run.throttle.next(kStart + milliseconds(150)), std::nullopt);
  EXPECT_EQ(run.throttle.next(kStart + milliseconds(250)), 1u);
}

// A Stripe whose limit is 12 clones a second, refusing whatever is over it in any second.
TEST(Pushback, settles_near_a_lower_limit_with_few_refusals) {
  VirtualRun run(live());
  run.throttle.proven(0);
  for (std::uint64_t id = 0; id < 100'000; ++id) run.enqueue(id, 0, Endpoint::clone);
  std::size_t seen = 0;
  int refused = 0, done = 0;
  std::deque<SteadyTime> window;
  for (int step = 0; step < 60'000; ++step) {
    run.until(run.now + milliseconds(10));
    for (; seen < run.grants.size(); ++seen) {
      while (!window.empty() && run.grants[seen].at - window.front() >= std::chrono::seconds(1))
        window.pop_front();
      if (window.size() >= 12) {
        ++refused;
        run.throttle.throttled(Endpoint::clone, 0, Pushback::endpoint_rate, run.now);
      } else {
        window.push_back(run.grants[seen].at);
        ++done;
      }
    }
  }
  EXPECT_GT(done, 600 * 12 * 0.85);
  EXPECT_LT(refused, done * 0.02);
  ASSERT_EQ(run.throttle.learnt(run.now).size(), 1u);
  EXPECT_NEAR(run.throttle.learnt(run.now)[0].refused_at, 12, 1.5);
  EXPECT_EQ(run.throttle.learnt(run.now)[0].endpoint, Endpoint::clone);
}

TEST(Pushback, lowers_only_the_account_where_limits_count_by_account) {
  Controls controls = live();
  controls.scope = settings::LimitScope::account;
  VirtualRun run(controls);
  run.throttle.proven(0);
  run.throttle.proven(1);
  for (std::uint64_t id = 0; id < 10'000; ++id) run.enqueue(id, id % 2, Endpoint::clone);
  for (int at = 0; at < 5; ++at)
    run.throttle.throttled(Endpoint::clone, 1, Pushback::endpoint_rate, kStart - seconds(10 - 2 * at));
  run.until(kStart + seconds(3));
  int of_one = 0;
  for (const auto& grant : run.grants) of_one += grant.id % 2;
  EXPECT_LT(of_one, 35);
  EXPECT_NEAR(static_cast<double>(run.grants.size() - of_one), 60, 2);
  ASSERT_EQ(run.throttle.learnt(run.now).size(), 1u);
  EXPECT_EQ(run.throttle.learnt(run.now)[0].account, 1u);
}

}  // namespace
}  // namespace payferry::throttle
