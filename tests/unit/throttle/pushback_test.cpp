#include <gtest/gtest.h>

#include <utility>

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
  bool global;  // gives way
  bool clone;
};

class PushbackReason : public testing::TestWithParam<Case> {};

TEST_P(PushbackReason, lowers_what_it_names_and_nothing_else) {
  VirtualRun run(live());
  run.throttle.proven(0);
  bool sent = false;
  run.pushback = [&](const VirtualRun::Grant& grant) {
    return grant.id == 400 && !std::exchange(sent, true) ? std::optional(GetParam().reason) : std::nullopt;
  };
  for (std::uint64_t id = 0; id < 4000; ++id) run.enqueue(id, 0, static_cast<Endpoint>(id % 4));
  run.until(kStart + seconds(5.2));
  ASSERT_TRUE(sent);
  const double global = run.throttle.global_rate(run.now);
  const double clone = run.throttle.endpoint_rate(Endpoint::clone, run.now);
  EXPECT_EQ(global < 79, GetParam().global) << global;
  EXPECT_GE(global, 60);
  EXPECT_EQ(clone < 19.5, GetParam().clone) << clone;
  EXPECT_GE(clone, 15);
  EXPECT_DOUBLE_EQ(run.throttle.endpoint_rate(Endpoint::attach, run.now), 20);
}

INSTANTIATE_TEST_SUITE_P(Reasons, PushbackReason,
                         testing::Values(Case{Pushback::global_rate, true, false},
                                         Case{Pushback::endpoint_rate, false, true},
                                         Case{Pushback::global_concurrency, false, false},
                                         Case{Pushback::endpoint_concurrency, false, false},
                                         Case{Pushback::resource, false, false},
                                         Case{Pushback::lock, false, false},
                                         Case{Pushback::unspecified, false, false}));

TEST(Pushback, concurrency_leaves_fewer_in_flight_and_recovers) {
  for (const Pushback reason : {Pushback::global_concurrency, Pushback::endpoint_concurrency}) {
    VirtualRun run(live());
    run.throttle.proven(0);
    run.latency = std::chrono::seconds(2);
    for (std::uint64_t id = 0; id < 100'000; ++id) run.enqueue(id, 0, Endpoint::clone);
    run.until(kStart + seconds(30));
    const int before = run.throttle.in_flight();
    EXPECT_NEAR(before, 40, 2);
    bool sent = false;
    run.pushback = [&](const VirtualRun::Grant&) {
      return std::exchange(sent, true) ? std::nullopt : std::optional(reason);
    };
    run.until(run.now + seconds(5));
    EXPECT_LE(run.throttle.in_flight(), before * 0.8 + 3);
    run.until(run.now + seconds(600));
    EXPECT_NEAR(run.throttle.in_flight(), before, 2);
  }
}

TEST(Pushback, one_that_names_nothing_makes_the_endpoint_wait_a_moment) {
  VirtualRun run(live());
  run.throttle.proven(0);
  run.enqueue(9, 0, Endpoint::clone);
  EXPECT_EQ(run.throttle.next(kStart - seconds(1)), 9u);
  run.throttle.answered(9, Pushback::unspecified, kStart);
  run.enqueue(1, 0, Endpoint::clone);
  run.enqueue(2, 0, Endpoint::attach);
  EXPECT_EQ(run.throttle.next(kStart), 2u);
  EXPECT_EQ(run.throttle.next(kStart + milliseconds(150)), std::nullopt);
  EXPECT_EQ(run.throttle.next(kStart + milliseconds(250)), 1u);
}

TEST(Pushback, lowers_only_the_account_where_limits_count_by_account) {
  Controls controls = live();
  controls.scope = settings::LimitScope::account;
  VirtualRun run(controls);
  run.throttle.proven(0);
  run.throttle.proven(1);
  run.pushback = [](const VirtualRun::Grant& grant) {
    return grant.account == 1 && grant.id % 3 == 0 ? std::optional(Pushback::endpoint_rate) : std::nullopt;
  };
  for (std::uint64_t id = 0; id < 10'000; ++id) run.enqueue(id, id % 2, Endpoint::clone);
  run.until(kStart + seconds(3));
  int of_one = 0;
  for (const auto& grant : run.grants) of_one += grant.id % 2;
  EXPECT_LT(of_one, 50);
  EXPECT_NEAR(static_cast<double>(run.grants.size()) - of_one, 60, 2);
  ASSERT_EQ(run.throttle.learnt(run.now).size(), 1u);
  EXPECT_EQ(run.throttle.learnt(run.now)[0].account, 1u);
}

TEST(Pushback, a_lock_timeout_makes_that_customers_calls_go_singly_and_no_others) {
  VirtualRun run(live());
  std::uint64_t id = 0;
  for (AccountIndex account = 0; account < 10; ++account) run.throttle.proven(account);
  run.latency = std::chrono::seconds(1);
  std::map<std::uint64_t, int> flying;
  int collisions = 0;
  std::map<std::uint64_t, std::uint64_t> groups;
  run.pushback = [&](const VirtualRun::Grant& grant) -> std::optional<Pushback> {
    const std::uint64_t group = groups[grant.id];
    if (group == 7 && flying[7]++ > 0) return ++collisions, Pushback::lock;
    return std::nullopt;
  };
  run.on_refused = [&](const VirtualRun::Grant& grant) {
    --flying[7];
    groups[++id] = 7;
    run.enqueue(id, grant.account, Endpoint::clone, run.now + milliseconds(300), 7);
  };
  run.on_finished = [&](const VirtualRun::Grant& done) { flying[groups[done.id]] -= groups[done.id] == 7; };
  for (AccountIndex account = 0; account < 10; ++account)
    for (const std::uint64_t group : {7, 8}) {
      groups[++id] = group;
      run.enqueue(id, account, Endpoint::clone, SteadyTime::min(), group);
    }
  run.until(kNever);
  EXPECT_EQ(run.throttle.waiting(), 0u);
  EXPECT_EQ(run.throttle.in_flight(), 0);
  // Those that were under way when the first collided.
  EXPECT_GT(collisions, 0);
  EXPECT_LE(collisions, 9);
  const auto last_of = [&](std::uint64_t group) {
    SteadyTime last = kStart;
    for (const auto& grant : run.grants)
      if (groups[grant.id] == group) last = grant.at;
    return last;
  };
  EXPECT_LT(last_of(8), kStart + seconds(2));
  EXPECT_GT(last_of(7), kStart + seconds(5));
  const std::size_t before = run.grants.size();
  for (AccountIndex account = 0; account < 5; ++account) {
    groups[++id] = 7;
    run.enqueue(id, account, Endpoint::clone, SteadyTime::min(), 7);
  }
  const int so_far = collisions;
  run.until(kNever);
  EXPECT_EQ(run.grants.size(), before + 5);
  EXPECT_EQ(collisions, so_far);
}

}  // namespace
}  // namespace payferry::throttle
