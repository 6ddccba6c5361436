#include <gtest/gtest.h>

#include "unit/throttle/limited_server.hpp"

// limits.scope: learn, over long runs.
namespace payferry::throttle {
namespace {

Controls learning() {
  Controls controls;
  controls.global = 80;
  controls.endpoint = 20;
  controls.scope = settings::LimitScope::learn;
  return controls;
}

TEST(Scope, finds_that_each_account_has_limits_of_its_own) {
  LimitedServer server(learning(), 4);
  server.by_account = true;
  server.go(300);
  EXPECT_TRUE(server.run.throttle.counts_by_account());
  EXPECT_GE(server.taken_per_second(60), 4 * 20 * 0.97);
  EXPECT_EQ(server.refused, 0);
}

TEST(Scope, stays_with_the_platforms_limit_and_seldom_asks_again) {
  LimitedServer server(learning(), 4);
  server.go(2000);
  EXPECT_FALSE(server.run.throttle.counts_by_account());
  EXPECT_LE(server.refused_share(), 0.005);
  EXPECT_NEAR(server.taken_per_second(1200), 20, 0.5);
}

TEST(Scope, gives_up_what_it_found_when_everybody_is_refused) {
  LimitedServer server(learning(), 4);
  server.by_account = true;
  server.go(300);
  ASSERT_TRUE(server.run.throttle.counts_by_account());
  server.by_account = false;
  server.go(30);
  EXPECT_FALSE(server.run.throttle.counts_by_account());
  server.go(60);
  EXPECT_NEAR(server.taken_per_second(30), 20, 1);
  EXPECT_LE(server.refused_share(), 0.02);
}

TEST(Scope, never_asks_one_account_for_more_than_is_configured) {
  LimitedServer server(learning(), 4);
  server.by_account = true;
  server.go(400);
  std::map<AccountIndex, int> last;
  for (const auto& grant : server.run.grants)
    if (grant.at > server.run.now - seconds(10)) ++last[grant.account];
  for (const auto& [account, calls] : last) EXPECT_LE(calls, 202) << account;
}

TEST(Scope, with_one_account_there_is_nothing_to_find) {
  LimitedServer server(learning(), 1);
  server.go(900);
  EXPECT_FALSE(server.run.throttle.counts_by_account());
  EXPECT_EQ(server.refused, 0);
  EXPECT_NEAR(server.taken_per_second(60), 20, 0.2);
}

TEST(Scope, what_an_earlier_run_found_is_reached_step_by_step) {
  LimitedServer server(learning(), 4);
  server.by_account = true;
  server.run.throttle.restore_by_account();
  server.go(3);
  EXPECT_LE(server.taken_per_second(1), 28);
  server.go(90);
  EXPECT_GE(server.taken_per_second(10), 4 * 20 * 0.97);
}

}  // namespace
}  // namespace payferry::throttle
