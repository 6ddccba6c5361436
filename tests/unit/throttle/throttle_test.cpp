#include "throttle/throttle.hpp"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "unit/throttle/virtual_run.hpp"

namespace payferry::throttle {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

Controls limits(double global, double endpoint, int in_flight = 64) {
  Controls controls;
  controls.global = global;
  controls.endpoint = endpoint;
  controls.in_flight = in_flight;
  return controls;
}

void prove(Throttle& throttle, AccountIndex accounts) {
  for (AccountIndex account = 0; account < accounts; ++account) throttle.proven(account);
}

class ThrottleAtRate : public testing::TestWithParam<double> {};

TEST_P(ThrottleAtRate, keeps_the_endpoints_pace_exactly) {
  const double rate = GetParam();
  VirtualRun run(limits(4 * rate, rate, 1'000'000));
  prove(run.throttle, 1);
  for (std::uint64_t id = 0; id < 5000; ++id) run.enqueue(id, 0, Endpoint::clone);
  run.until(kNever);
  ASSERT_EQ(run.grants.size(), 5000u);
  const double took = std::chrono::duration<double>(run.grants.back().at - run.grants.front().at).count();
  EXPECT_NEAR(4999 / took, rate, rate * 1e-3);
  EXPECT_EQ(run.wakes_without_progress, 0);
}

INSTANTIATE_TEST_SUITE_P(Rates, ThrottleAtRate, testing::Values(0.5, 20.0, 240.0, 20'000.0));

TEST(Throttle, a_full_run_keeps_every_endpoint_busy_at_once) {
  VirtualRun run(limits(80, 20));
  prove(run.throttle, 1);
  for (std::uint64_t id = 0; id < 4000; ++id) run.enqueue(id, 0, static_cast<Endpoint>(id % 4));
  run.until(kStart + seconds(40));
  EXPECT_NEAR(static_cast<double>(run.grants.size()), 3200, 10);
}

TEST(Throttle, the_global_rate_holds_over_all_endpoints) {
  VirtualRun run(limits(20, 20));
  prove(run.throttle, 1);
  for (std::uint64_t id = 0; id < 4000; ++id) run.enqueue(id, 0, static_cast<Endpoint>(id % 4));
  run.until(kStart + seconds(40));
  EXPECT_NEAR(static_cast<double>(run.grants.size()), 800, 2);
  EXPECT_EQ(run.throttle.what_throttles(run.now), "global limit");
}

TEST(Throttle, never_has_more_in_flight_than_allowed) {
  VirtualRun run(limits(1000, 1000, 7));
  prove(run.throttle, 1);
  run.latency = std::chrono::seconds(1);
  for (std::uint64_t id = 0; id < 100; ++id) run.enqueue(id, 0, Endpoint::clone);
  run.until(kStart + milliseconds(999));
  EXPECT_EQ(run.grants.size(), 7u);
  EXPECT_EQ(run.throttle.in_flight(), 7);
  run.until(kNever);
  EXPECT_EQ(run.grants.size(), 100u);
  EXPECT_EQ(run.throttle.in_flight(), 0);
  EXPECT_GT(run.throttle.waits().total(Cause::in_flight, run.now), std::chrono::seconds(12));
}

TEST(Throttle, a_ticket_waits_for_its_own_moment) {
  VirtualRun run(limits(80, 20));
  prove(run.throttle, 1);
  run.enqueue(1, 0, Endpoint::attach, kStart + std::chrono::seconds(5));
  run.enqueue(2, 0, Endpoint::attach);
  EXPECT_EQ(run.throttle.next(kStart), 2u);
  EXPECT_EQ(run.throttle.next(kStart), std::nullopt);
  EXPECT_EQ(run.throttle.wake_at(kStart), kStart + std::chrono::seconds(5));
  EXPECT_EQ(run.throttle.next(kStart + std::chrono::seconds(5)), 1u);
}

TEST(Throttle, an_account_that_has_not_answered_gets_one_call_at_a_time) {
  VirtualRun run(limits(80, 20));
  for (std::uint64_t id = 0; id < 10; ++id) run.enqueue(id, id < 5 ? 0 : 1, Endpoint::clone);
  run.latency = hours(1);
  run.until(kStart + std::chrono::seconds(30));
  EXPECT_EQ(run.grants.size(), 2u);
  EXPECT_EQ(run.throttle.wake_at(run.now), std::nullopt);
  run.throttle.proven(0);
  run.until(kStart + std::chrono::seconds(60));
  EXPECT_EQ(run.grants.size(), 6u);
  run.throttle.finished(run.grants[1].id, run.now);
  run.until(kStart + std::chrono::seconds(90));
  EXPECT_EQ(run.grants.size(), 7u);
}

TEST(Throttle, calls_of_the_platform_itself_need_no_proof) {
  VirtualRun run(limits(80, 20));
  for (std::uint64_t id = 0; id < 5; ++id) run.enqueue(id, kPlatform, Endpoint::get_own_account);
  run.latency = hours(1);
  run.until(kStart + std::chrono::seconds(5));
  EXPECT_EQ(run.grants.size(), 5u);
}

TEST(Throttle, a_held_account_waits_and_goes_on_when_released) {
  VirtualRun run(limits(80, 20));
  prove(run.throttle, 2);
  run.throttle.hold(0);
  for (std::uint64_t id = 0; id < 10; ++id) run.enqueue(id, id % 2, Endpoint::clone);
  run.until(kStart + std::chrono::seconds(5));
  EXPECT_EQ(run.grants.size(), 5u);
  EXPECT_EQ(run.throttle.what_throttles(run.now), "accounts");
  run.throttle.release(0);
  run.until(kNever);
  EXPECT_EQ(run.grants.size(), 10u);
}

TEST(Throttle, every_grant_obeys_the_present_controls) {
  VirtualRun run(limits(80, 20));
  prove(run.throttle, 2);
  for (std::uint64_t id = 0; id < 2000; ++id) run.enqueue(id, id % 2, Endpoint::clone);
  run.until(kStart + std::chrono::seconds(10));
  EXPECT_NEAR(static_cast<double>(run.grants.size()), 200, 2);

  Controls controls = run.throttle.controls();
  controls.paused = true;
  run.throttle.steer(controls);
  const std::size_t before = run.grants.size();
  run.until(kStart + std::chrono::seconds(20));
  EXPECT_EQ(run.grants.size(), before);
  EXPECT_EQ(run.throttle.wake_at(run.now), std::nullopt);

  controls.paused = false;
  controls.endpoint_overrides[Endpoint::clone] = 5;
  controls.skipped.insert(0);
  run.throttle.steer(controls);
  run.until(kStart + std::chrono::seconds(30));
  EXPECT_NEAR(static_cast<double>(run.grants.size() - before), 50, 3);
  for (std::size_t at = before; at < run.grants.size(); ++at) EXPECT_EQ(run.grants[at].id % 2, 1u);

  controls.skipped.clear();
  controls.endpoint_overrides[Endpoint::clone] = 50;
  run.throttle.steer(controls);
  run.until(kNever);
  EXPECT_EQ(run.grants.size(), 2000u);
}

TEST(Throttle, where_limits_count_by_account_each_account_has_its_own) {
  Controls controls = limits(80, 20, 10'000);
  controls.scope = settings::LimitScope::account;
  VirtualRun run(controls);
  prove(run.throttle, 10);
  for (std::uint64_t id = 0; id < 10'000; ++id) run.enqueue(id, id % 10, Endpoint::clone);
  for (std::uint64_t id = 10'000; id < 10'500; ++id) run.enqueue(id, kPlatform, Endpoint::list_customers);
  run.until(kStart + seconds(10));
  std::map<std::uint64_t, int> by_account;
  for (const auto& grant : run.grants) ++by_account[grant.id < 10'000 ? grant.id % 10 : 99];
  EXPECT_EQ(by_account.size(), 11u);
  for (const auto& [account, grants] : by_account) EXPECT_NEAR(grants, 200, 2) << account;
  EXPECT_EQ(run.wakes_without_progress, 0);
  run.until(kNever);
  EXPECT_EQ(run.grants.size(), 10'500u);
}

TEST(Throttle, a_cancelled_ticket_never_goes_and_its_id_is_free_again) {
  VirtualRun run(limits(80, 20));
  prove(run.throttle, 1);
  for (std::uint64_t id = 0; id < 4; ++id) run.enqueue(id, 0, Endpoint::clone);
  run.enqueue(4, 0, Endpoint::clone, kStart + hours(1));
  EXPECT_TRUE(run.throttle.cancel(0));
  EXPECT_TRUE(run.throttle.cancel(4));
  EXPECT_FALSE(run.throttle.cancel(4));
  EXPECT_FALSE(run.throttle.cancel(77));
  EXPECT_TRUE(run.throttle.enqueue(Ticket{4, 0, Endpoint::attach, SteadyTime::min()}, kStart));
  run.until(kStart + std::chrono::seconds(5));
  EXPECT_EQ(run.grants.size(), 4u);
  EXPECT_EQ(run.throttle.waiting(), 0u);
  EXPECT_FALSE(run.throttle.cancel(1));
}

TEST(Throttle, an_id_that_waits_or_flies_is_not_taken_twice) {
  VirtualRun run(limits(80, 20));
  prove(run.throttle, 1);
  const Ticket ticket{1, 0, Endpoint::clone, SteadyTime::min()};
  EXPECT_TRUE(run.throttle.enqueue(ticket, kStart));
  EXPECT_FALSE(run.throttle.enqueue(ticket, kStart));
  EXPECT_EQ(run.throttle.next(kStart), 1u);
  EXPECT_FALSE(run.throttle.enqueue(ticket, kStart));
  run.throttle.finished(1, kStart);
  run.throttle.finished(1, kStart);
  EXPECT_TRUE(run.throttle.enqueue(ticket, kStart));
  EXPECT_EQ(run.throttle.in_flight(), 0);
}

// Random traffic with holds, steering, cancels and pushbacks, in both scopes.
class Everything : public testing::TestWithParam<settings::LimitScope> {};

TEST_P(Everything, that_is_enqueued_is_granted_exactly_once_or_was_cancelled) {
  Controls controls = limits(500, 200, 50);
  controls.scope = GetParam();
  VirtualRun run(controls);
  std::mt19937_64 random(11);
  std::set<std::uint64_t> cancelled;
  std::uint64_t id = 0;
  for (int round = 0; round < 300; ++round) {
    for (int at = 0; at < 20; ++at, ++id) {
      const SteadyTime moment =
          random() % 4 == 0 ? run.now + milliseconds(random() % 3000) : SteadyTime::min();
      run.enqueue(id, static_cast<AccountIndex>(random() % 30),
                  static_cast<Endpoint>(random() % kEndpointCount), moment);
    }
    const std::uint64_t unwanted = random() % id;
    if (run.throttle.cancel(unwanted)) cancelled.insert(unwanted);
    const AccountIndex account = static_cast<AccountIndex>(random() % 30);
    if (round % 3 == 0) run.throttle.hold(account);
    if (round % 4 == 0) run.throttle.release(static_cast<AccountIndex>(random() % 30));
    if (round % 5 == 0) run.throttle.proven(static_cast<AccountIndex>(random() % 30));
    run.pushback = [&](const VirtualRun::Grant&) -> std::optional<Pushback> {
      if (random() % 20 != 0) return std::nullopt;
      return static_cast<Pushback>(random() % 7);
    };
    if (round % 50 == 49) {
      controls.scope = controls.scope == settings::LimitScope::account ? settings::LimitScope::platform
                                                                       : settings::LimitScope::account;
      run.throttle.steer(controls);
    }
    run.until(run.now + milliseconds(random() % 200));
  }
  for (AccountIndex account = 0; account < 30; ++account) {
    run.throttle.release(account);
    run.throttle.proven(account);
  }
  run.until(kNever);
  std::set<std::uint64_t> granted;
  for (const auto& grant : run.grants) EXPECT_TRUE(granted.insert(grant.id).second) << grant.id;
  EXPECT_GT(cancelled.size(), 10u);
  EXPECT_EQ(granted.size() + cancelled.size(), id);
  EXPECT_EQ(run.throttle.waiting(), 0u);
  EXPECT_EQ(run.throttle.in_flight(), 0);
  EXPECT_EQ(run.wakes_without_progress, 0);
}

INSTANTIATE_TEST_SUITE_P(Scopes, Everything,
                         testing::Values(settings::LimitScope::platform, settings::LimitScope::account));

TEST(Throttle, an_account_that_is_doubted_gets_one_call_at_a_time_until_it_is_proven_again) {
  Throttle throttle(limits(1000, 1000));
  throttle.proven(0);
  throttle.doubt(0);
  for (std::uint64_t id = 1; id <= 3; ++id) throttle.enqueue({id, 0, Endpoint::clone}, kStart);
  const SteadyTime later = kStart + seconds(1);
  EXPECT_EQ(throttle.next(later), 1u);
  EXPECT_EQ(throttle.next(later), std::nullopt);
  throttle.proven(0);
  EXPECT_EQ(throttle.next(later + seconds(1)), 2u);
  EXPECT_EQ(throttle.next(later + seconds(2)), 3u);
}

}  // namespace
}  // namespace payferry::throttle
