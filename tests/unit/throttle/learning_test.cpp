#include <gtest/gtest.h>

#include "unit/throttle/limited_server.hpp"

namespace payferry::throttle {
namespace {

using settings::LimitScope;

struct Case {
  const char* name;
  LimitScope scope;
  bool by_account;  // what the server does
  AccountIndex accounts;
  double limit;
  double burst;
  bool is_global;
  bool two_writes = false;
};

void PrintTo(const Case& value, std::ostream* to) {
  *to << value.name;
}

class Learning : public testing::TestWithParam<Case> {
 protected:
  static Controls twice_too_much(const Case& with) {
    Controls controls;
    controls.scope = with.scope;
    controls.global = with.is_global ? 2 * with.limit : 1'000;
    controls.endpoint = with.is_global ? 1'000 : 2 * with.limit;
    return controls;
  }
};

// Configured twice the server's real limit, which is halved after 100 s and restored after 200 s.
TEST_P(Learning, follows_a_limit_that_nobody_told) {
  const Case& with = GetParam();
  LimitedServer server(twice_too_much(with), with.accounts);
  server.by_account = with.by_account;
  server.is_global = with.is_global;
  server.burst = with.burst;
  server.two_writes = with.two_writes;

  server.limit = with.limit;
  const double whole = with.limit * (with.by_account ? with.accounts : 1);
  server.go(100);
  EXPECT_GE(server.taken_per_second(70), whole * 0.92);
  server.limit = with.limit / 2;
  server.go(30);
  for (int at = 0; at < 3; ++at) {
    server.go(70 / 3.0);
    EXPECT_GE(server.taken_per_second(70 / 3.0), whole / 2 * 0.92) << at;
  }
  server.limit = with.limit;
  server.go(60);
  for (int at = 0; at < 2; ++at) {
    server.go(20);
    EXPECT_GE(server.taken_per_second(20), whole * 0.92) << at;
  }
  EXPECT_LE(server.refused_share(), 0.02);
}

INSTANTIATE_TEST_SUITE_P(
    Limits, Learning,
    testing::Values(Case{"platform", LimitScope::platform, false, 3, 25, 1, false},
                    Case{"platform_alone", LimitScope::platform, false, 1, 25, 1, false},
                    Case{"platform_fifty", LimitScope::platform, false, 50, 25, 1, false},
                    Case{"platform_global", LimitScope::platform, false, 3, 60, 1, true},
                    Case{"platform_small_burst", LimitScope::platform, false, 3, 25, 0.2, false},
                    Case{"platform_two_writes", LimitScope::platform, false, 3, 25, 1, false, true},
                    Case{"account_two_writes", LimitScope::account, true, 3, 25, 1, false, true},
                    Case{"platform_fast", LimitScope::platform, false, 3, 120, 1, false},
                    Case{"account", LimitScope::account, true, 3, 25, 1, false},
                    Case{"account_many", LimitScope::account, true, 6, 25, 1, false},
                    Case{"learn_platform", LimitScope::learn, false, 3, 25, 1, false},
                    Case{"learn_alone", LimitScope::learn, true, 1, 25, 1, false}),
    [](const auto& with) { return std::string(with.param.name); });

TEST(Learning, stays_under_two_refusals_in_a_hundred_for_hours) {
  for (const auto& [limit, hours] : {std::pair{1.0, 2.0}, {5.0, 1.0}, {25.0, 0.3}}) {
    Controls controls;
    controls.global = 1000;
    controls.endpoint = 2 * limit;
    // Two accounts take turns: where every second call is refused it is always the same one's.
    LimitedServer server(controls, 2);
    server.limit = limit;
    server.go(hours * 3600);
    EXPECT_LE(server.refused_share(), 0.02) << limit;
    EXPECT_GE(server.taken_per_second(hours * 1800), limit * 0.92) << limit;
    ASSERT_EQ(server.run.throttle.learnt(server.run.now).size(), 1u) << limit;
    EXPECT_EQ(server.run.throttle.learnt(server.run.now)[0].account, kPlatform) << limit;
    EXPECT_NEAR(server.run.throttle.learnt(server.run.now)[0].refused_at, limit, limit * 0.15);
  }
}

// Far below what is configured: the first minutes go by with finding it.
TEST(Learning, finds_a_limit_of_a_call_in_ten_seconds) {
  for (const double configured : {5.0, 25.0, 100.0}) {
    Controls controls;
    controls.global = 1000;
    controls.endpoint = configured;
    LimitedServer server(controls, 2);
    server.limit = 0.1;
    server.go(3600);
    const double calls = static_cast<double>(server.run.grants.size());
    const double refused = server.refused;
    server.go(3600);
    EXPECT_GE(server.taken_per_second(3600), 0.1 * 0.88) << configured;
    EXPECT_LE((server.refused - refused) / (static_cast<double>(server.run.grants.size()) - calls), 0.06)
        << configured;
  }
}

TEST(Learning, yields_more_to_somebody_elses_traffic_and_takes_it_back) {
  Controls controls;
  controls.global = controls.endpoint = 20;
  VirtualRun run(controls);
  run.throttle.proven(0);
  // Five calls a second where twenty may go: what is refused is not our doing.
  bool busy = false;
  run.pushback = [&](const VirtualRun::Grant&) {
    return busy ? std::optional(Pushback::endpoint_rate) : std::nullopt;
  };
  for (std::uint64_t id = 0; id < 1000; ++id)
    run.enqueue(id, 0, Endpoint::clone, kStart + seconds(0.2 * static_cast<double>(id)));
  run.until(kStart + seconds(20));
  EXPECT_DOUBLE_EQ(run.throttle.endpoint_rate(Endpoint::clone, run.now), 20);
  busy = true;
  run.until(run.now + seconds(0.5));
  busy = false;
  EXPECT_LT(run.throttle.endpoint_rate(Endpoint::clone, run.now), 5);
  run.until(run.now + seconds(300));
  EXPECT_DOUBLE_EQ(run.throttle.endpoint_rate(Endpoint::clone, run.now), 20);
}

TEST(Learning, a_minute_in_which_everything_is_refused_is_made_good_in_ten) {
  Controls controls;
  controls.global = 80;
  controls.endpoint = 20;
  LimitedServer server(controls, 3);
  server.go(20);
  server.limit = 0;
  server.burst = 0;
  for (auto& [account, bucket] : server.buckets) bucket.tokens = 0;
  server.go(60);
  EXPECT_LT(server.run.throttle.endpoint_rate(Endpoint::clone, server.run.now), 0.5);
  server.limit = 25;
  server.burst = 1;
  server.go(600);
  EXPECT_DOUBLE_EQ(server.run.throttle.endpoint_rate(Endpoint::clone, server.run.now), 20);
}

TEST(Learning, an_account_that_bears_less_holds_up_nobody_else) {
  for (const AccountIndex accounts : {3u, 50u}) {
    Controls controls;
    controls.global = 80;
    controls.endpoint = 20;
    LimitedServer server(controls, accounts);
    server.rate_of[0] = 0.2;
    server.go(300);
    double others = 0, own = 0;
    for (const auto& grant : server.taken) {
      if (grant.at < kStart + seconds(60)) continue;
      (grant.account == 0 ? own : others) += 1;
    }
    EXPECT_GE(others / 240, (20 - 20.0 / accounts) * 0.95) << accounts;
    EXPECT_GE(own / 240, 0.2 * 0.8) << accounts;
    EXPECT_DOUBLE_EQ(server.run.throttle.endpoint_rate(Endpoint::clone, server.run.now), 20) << accounts;
    EXPECT_LE(server.refused_share(), 0.01) << accounts;
  }
}

TEST(Learning, what_an_earlier_run_learnt_is_trusted_less_the_older_it_is) {
  const auto after = [&](Nanoseconds age) {
    Controls controls;
    controls.endpoint = 20;
    Throttle throttle(controls);
    throttle.restore(kPlatform, Endpoint::clone, 10, age, kStart);
    return throttle.endpoint_rate(Endpoint::clone, kStart);
  };
  EXPECT_NEAR(after(Nanoseconds{0}), 9.7, 0.1);
  EXPECT_GT(after(std::chrono::hours(6)), 12);
  EXPECT_LT(after(std::chrono::hours(6)), 13);
  EXPECT_DOUBLE_EQ(after(std::chrono::hours(25)), 20);
}

}  // namespace
}  // namespace payferry::throttle
