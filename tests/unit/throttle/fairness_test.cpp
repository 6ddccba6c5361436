#include <gtest/gtest.h>

#include "unit/throttle/limited_server.hpp"

namespace payferry::throttle {
namespace {

Controls live() {
  Controls controls;
  controls.global = 80;
  controls.endpoint = 20;
  return controls;
}

TEST(Fairness, fifty_accounts_get_equal_shares_whatever_their_size_and_order) {
  VirtualRun run(live());
  std::uint64_t id = 0;
  for (AccountIndex account = 0; account < 50; ++account) {
    run.throttle.proven(account);
    const int items = account == 0 ? 100'000 : 200;
    for (int at = 0; at < items; ++at) run.enqueue(id++ * 100 + account, account, Endpoint::clone);
  }
  run.until(kStart + seconds(100));
  std::map<std::uint64_t, int> by_account;
  for (const auto& grant : run.grants) ++by_account[grant.id % 100];
  for (AccountIndex account = 0; account < 50; ++account) EXPECT_NEAR(by_account[account], 40, 1) << account;
}

TEST(Fairness, a_newcomer_does_not_wait_behind_a_long_list) {
  VirtualRun run(live());
  run.throttle.proven(0);
  run.throttle.proven(1);
  for (std::uint64_t id = 0; id < 10'000; ++id) run.enqueue(id, 0, Endpoint::clone);
  run.until(kStart + seconds(10));
  run.enqueue(99'999, 1, Endpoint::clone);
  run.until(kStart + seconds(10.2));
  EXPECT_EQ(std::count_if(run.grants.begin(), run.grants.end(),
                          [](const auto& grant) { return grant.id == 99'999; }),
            1);
}

// Each clone is followed by a create and a set_default of its own, as in a run.
TEST(Fairness, what_is_begun_is_finished_before_more_is_begun_where_the_global_rate_is_scarce) {
  Controls controls = live();
  controls.global = 20;
  VirtualRun run(controls);
  run.throttle.proven(0);
  for (std::uint64_t id = 0; id < 1000; ++id) run.enqueue(id, 0, Endpoint::clone);
  run.on_finished = [&](const VirtualRun::Grant& grant) {
    const std::uint64_t id = grant.id;
    if (id < 2000) run.enqueue(id + 1000, 0, id < 1000 ? Endpoint::create_customer : Endpoint::set_default);
  };
  run.until(kStart + seconds(60));
  int clones = 0, done = 0;
  for (const auto& grant : run.grants) {
    clones += grant.id < 1000;
    done += grant.id >= 2000;
  }
  EXPECT_NEAR(clones, 400, 10);
  EXPECT_LE(clones - done, 12);
}

TEST(Fairness, a_backlog_of_later_steps_does_not_starve_the_clone_endpoint) {
  Controls controls = live();
  controls.global = 20;
  VirtualRun run(controls);
  run.throttle.proven(0);
  for (std::uint64_t id = 0; id < 10'000; ++id)
    run.enqueue(id, 0, id % 2 ? Endpoint::attach : Endpoint::clone);
  run.until(kStart + seconds(40));
  const auto clones = std::count_if(run.grants.begin(), run.grants.end(),
                                    [](const auto& grant) { return grant.id % 2 == 0; });
  EXPECT_NEAR(static_cast<double>(clones), 200, 5);
}

TEST(Fairness, the_clone_endpoint_stays_full_while_later_steps_run_on_their_own_rates) {
  VirtualRun run(live());
  run.throttle.proven(0);
  for (std::uint64_t id = 0; id < 2000; ++id) run.enqueue(id, 0, Endpoint::clone);
  run.on_finished = [&](const VirtualRun::Grant& grant) {
    const std::uint64_t id = grant.id;
    if (id < 4000) run.enqueue(id + 2000, 0, id < 2000 ? Endpoint::create_customer : Endpoint::set_default);
  };
  run.until(kStart + seconds(60));
  const auto clones =
      std::count_if(run.grants.begin(), run.grants.end(), [](const auto& grant) { return grant.id < 2000; });
  EXPECT_NEAR(static_cast<double>(clones), 1200, 2);
  EXPECT_EQ(run.throttle.what_throttles(run.now), "clone limit");
}

// Were a grant to walk past accounts that cannot go, this would take minutes.
TEST(Fairness, ten_thousand_accounts_that_cannot_go_cost_the_others_nothing) {
  Controls controls = live();
  controls.global = 100'000;
  controls.endpoint = 100'000;
  VirtualRun run(controls);
  run.latency = Nanoseconds{1000};
  for (AccountIndex account = 0; account < 10'000; ++account) {
    run.throttle.hold(account);
    run.enqueue(1'000'000 + account, account, Endpoint::clone);
  }
  run.throttle.proven(10'000);
  for (std::uint64_t id = 0; id < 50'000; ++id) run.enqueue(id, 10'000, Endpoint::clone);
  run.until(kStart + seconds(10));
  EXPECT_EQ(run.grants.size(), 50'000u);
  EXPECT_EQ(run.throttle.waiting(), 10'000u);
}

TEST(Fairness, turns_are_taken_by_weight_among_equals_and_by_priority_before_all) {
  Controls controls = live();
  controls.accounts[1].weight = 3;
  controls.accounts[2].weight = 0.5;
  controls.accounts[3].priority = 1;
  VirtualRun run(live());
  for (AccountIndex account = 0; account < 4; ++account) {
    run.throttle.proven(account);
    const std::uint64_t items = account == 3 ? 400 : 10'000;
    for (std::uint64_t at = 0; at < items; ++at) run.enqueue(at * 10 + account, account, Endpoint::clone);
  }
  run.throttle.steer(controls);
  run.until(kStart + seconds(110));
  std::map<std::uint64_t, double> calls;
  SteadyTime last_of_the_first = kStart;
  for (const auto& grant : run.grants) {
    calls[grant.account] += 1;
    if (grant.account == 3) last_of_the_first = grant.at;
  }
  EXPECT_EQ(calls[3], 400);
  EXPECT_LT(last_of_the_first, kStart + seconds(20.1));
  EXPECT_NEAR(calls[1], 3 * calls[0], 12);
  EXPECT_NEAR(calls[2], 0.5 * calls[0], 12);
}

// Of 50 accounts one answers in 10 s, one bears one call a second, one refuses everything and is probed only.
TEST(Fairness, sick_accounts_take_nothing_from_the_others) {
  const auto rate_of_the_others = [](bool sick, int in_flight) {
    Controls controls = live();
    controls.in_flight = in_flight;
    LimitedServer server(controls, 50);
    if (sick) {
      server.latency_of[0] = std::chrono::seconds(10);
      server.rate_of[1] = 0.1;
      server.run.throttle.hold(2);
    }
    server.go(120);
    double others = 0;
    for (const auto& grant : server.taken) others += grant.account > 2 && grant.at >= kStart + seconds(30);
    return others / 90;
  };
  for (const int in_flight : {kAutomatic, 16})
    EXPECT_GE(rate_of_the_others(true, in_flight), 0.95 * rate_of_the_others(false, in_flight)) << in_flight;
}

TEST(Fairness, a_slow_account_leaves_half_of_the_places_to_those_that_have_less) {
  Controls controls = live();
  controls.in_flight = 16;
  LimitedServer server(controls, 2);
  server.latency_of[0] = std::chrono::seconds(10);
  server.go(120);
  double others = 0;
  for (const auto& grant : server.taken) others += grant.account == 1 && grant.at >= kStart + seconds(30);
  EXPECT_GE(others / 90, 17);
}

TEST(Fairness, what_is_in_flight_grows_to_rate_times_latency) {
  Controls controls;
  controls.global = 1000;
  controls.endpoint = 240;
  VirtualRun run(controls);
  run.latency = std::chrono::milliseconds(300);
  run.throttle.proven(0);
  for (std::uint64_t id = 0; id < 60'000; ++id)
    run.enqueue(id, 0, id % 2 ? Endpoint::clone : Endpoint::create_customer);
  run.until(kStart + seconds(10));
  const std::size_t before = run.grants.size();
  run.until(kStart + seconds(20));
  EXPECT_NEAR(static_cast<double>(run.grants.size() - before), 4800, 50);
  EXPECT_NEAR(run.throttle.in_flight_limit(), 216, 10);
}

}  // namespace
}  // namespace payferry::throttle
