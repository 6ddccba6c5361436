#include "plan/forecast.hpp"

#include <gtest/gtest.h>

namespace payferry::plan {
namespace {

using settings::LimitScope;
using settings::LimitSettings;

Load load_of(std::uint64_t clones, std::uint64_t creations, std::uint64_t attaches = 0) {
  Load load;
  of(load.calls, Endpoint::clone) = clones;
  of(load.calls, Endpoint::create_customer) = creations;
  of(load.calls, Endpoint::attach) = attaches;
  load.by_account = {load.calls};
  load.longest_lane = 2;
  return load;
}

LimitSettings limits_of(double global, double endpoint, int in_flight = 64,
                        LimitScope scope = LimitScope::platform) {
  LimitSettings limits;
  limits.global = global;
  limits.endpoint = endpoint;
  limits.scope = scope;
  limits.in_flight = in_flight;
  return limits;
}

struct Row {
  const char* name;
  Load load;
  LimitSettings limits;
  double seconds;  // without the last answer
  Bottleneck bottleneck;
};

class ForecastTest : public testing::TestWithParam<Row> {};

TEST_P(ForecastTest, is) {
  constexpr double kLatency = 0.1;
  const Finish finish = finish_at(GetParam().load, GetParam().limits, kLatency);
  EXPECT_NEAR(finish.seconds, GetParam().seconds + (GetParam().seconds > 0 ? kLatency : 0), 0.01);
  EXPECT_EQ(to_string(finish.bottleneck), to_string(GetParam().bottleneck));
}

Load two_accounts() {
  Load load = load_of(3000, 3000);
  load.by_account.clear();
  for (const std::uint64_t part : {1000, 2000}) load.by_account.push_back(load_of(part, part).calls);
  return load;
}

Load with_lane(std::uint64_t calls) {
  Load load = load_of(1000, 1, 999);
  load.longest_lane = calls;
  return load;
}

INSTANTIATE_TEST_SUITE_P(
    Table, ForecastTest,
    testing::Values(
        Row{"nothing", load_of(0, 0), limits_of(20, 20), 0, Bottleneck::nothing},
        Row{"clones_fill_their_endpoint", load_of(2001, 2001), limits_of(80, 20), 100, Bottleneck::endpoint},
        Row{"all_calls_fill_the_global_limit", load_of(1001, 1000), limits_of(20, 20), 100,
            Bottleneck::global},
        Row{"attaches_are_an_endpoint_of_their_own", load_of(10, 1, 2001), limits_of(200, 20), 100,
            Bottleneck::endpoint},
        Row{"few_in_flight", load_of(1000, 1000), limits_of(1000, 1000, 2), 100, Bottleneck::in_flight},
        Row{"one_customer_with_everything", with_lane(2000), limits_of(1000, 1000), 200, Bottleneck::lane},
        Row{"accounts_with_limits_of_their_own", two_accounts(), limits_of(80, 20, 64, LimitScope::account),
            1999 / 20.0, Bottleneck::endpoint},
        Row{"accounts_that_share_them", two_accounts(), limits_of(80, 20), 2999 / 20.0,
            Bottleneck::endpoint}),
    [](const auto& row) { return row.param.name; });

TEST(WhatIfTest, begins_with_what_is_configured_and_never_gets_slower_with_more) {
  const Load load = load_of(100'000, 50'000, 50'000);
  const std::vector<WhatIf> rows = what_if(load, limits_of(80, 20), Mode::live);
  EXPECT_EQ(rows.front().limits.global, 80);
  EXPECT_NEAR(rows.front().finish.seconds, finish_at(load, limits_of(80, 20)).seconds, 0.001);
  EXPECT_LE(rows.back().finish.seconds, rows.front().finish.seconds);
}

TEST(AdviceTest, ones_own_limit_comes_before_stripes) {
  const Load load = load_of(100'000, 100'000);
  const Advice own = advise(load, limits_of(80, 20), Mode::live);
  EXPECT_EQ(own.kind, Advice::Kind::raise_own);
  EXPECT_EQ(own.limit, "endpoint");
  EXPECT_EQ(own.then, 25);
  const Advice stripes = advise(load, limits_of(100, 25), Mode::live);
  EXPECT_EQ(stripes.kind, Advice::Kind::ask_to_raise);
  EXPECT_EQ(stripes.limit, "clone");
  EXPECT_NEAR(stripes.seconds_then, 2000, 1);
}

TEST(AdviceTest, a_short_run_needs_none) {
  EXPECT_EQ(advise(load_of(100, 100), limits_of(80, 20), Mode::live).kind, Advice::Kind::none);
}

}  // namespace
}  // namespace payferry::plan
