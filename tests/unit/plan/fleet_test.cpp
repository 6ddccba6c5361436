#include "plan/fleet.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>

namespace payferry::plan {
namespace {

using ledger::FleetDecision;
using ledger::FleetMember;
using ledger::FleetView;
using ledger::kListShard;
using ledger::kNothingLeft;
using testing::Contains;
using testing::DoubleNear;
using testing::Not;
using testing::Pointwise;

TEST(FairShares, nobody_gets_less_than_an_equal_part_that_it_could_use) {
  const auto near = [](const std::vector<double>& wanted) { return Pointwise(DoubleNear(1e-9), wanted); };
  EXPECT_THAT(fair_shares(std::vector<double>{1}), near({1}));
  EXPECT_THAT(fair_shares(std::vector<double>{1, 1, 1, 1}), near({0.25, 0.25, 0.25, 0.25}));
  EXPECT_THAT(fair_shares(std::vector<double>{0.1, 1, 1}), near({0.1, 0.45, 0.45}));
  EXPECT_THAT(fair_shares(std::vector<double>{1, 0.2, 0.1}), near({0.7, 0.2, 0.1}));
  // What nobody asks for is spread.
  EXPECT_THAT(fair_shares(std::vector<double>{0.2, 0.2}), near({0.5, 0.5}));
  EXPECT_THAT(fair_shares(std::vector<double>{0, 0}), near({0.5, 0.5}));
}

TEST(FairShares, their_sum_is_the_whole) {
  for (const std::vector<double>& demands :
       std::vector<std::vector<double>>{{0.3, 0.9, 0.02}, {1, 1, 0, 0, 0}, {0.01}, {0.6, 0.5}}) {
    const std::vector<double> shares = fair_shares(demands);
    EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-9);
  }
}

// A fleet in which each worker decides in turn, as the transactions of its ledger let it.
class FleetTest : public testing::Test {
 protected:
  FleetTest() { view_.owners.assign(kListShard + 1, 0); }

  void join(std::int64_t worker) {
    FleetMember member;
    member.worker = worker;
    view_.members.push_back(member);
  }
  FleetMember& member(std::int64_t worker) {
    for (FleetMember& each : view_.members)
      if (each.worker == worker) return each;
    throw std::logic_error("nobody of that number");
  }
  // The worker gives up what it may, decides, and takes; `before`: the share that it may use until it hears.
  FleetDecision turn(std::int64_t worker, bool reads = true) {
    view_.me = worker;
    for (int shard = 0; shard < kShardCount; ++shard)
      if (holds(surplus_[worker], shard)) view_.owners[static_cast<std::size_t>(shard)] = 0;
    const FleetDecision decision = decide_fleet(view_, reads);
    for (const int shard : decision.take) view_.owners[static_cast<std::size_t>(shard)] = worker;
    surplus_[worker] = decision.surplus;
    member(worker).granted = decision.turns | before_[worker];
    before_[worker] = decision.turns;
    return decision;
  }
  int lanes_of(std::int64_t worker) const {
    return static_cast<int>(std::count(view_.owners.begin(), view_.owners.end() - 1, worker));
  }
  void expect_no_turn_is_two_workers() {
    TurnSet taken = 0;
    for (const FleetMember& each : view_.members) {
      if (!each.present) continue;
      EXPECT_EQ(taken & each.granted, TurnSet{0}) << "of worker " << each.worker;
      taken |= each.granted;
    }
  }

  // From one turn to the next.
  static int longest_wait(TurnSet turns) {
    int longest = 0, last = -1;
    for (int at = 0; at < 2 * kTurnCount; ++at) {
      if (((turns >> (at % kTurnCount)) & 1) == 0) continue;
      if (last >= 0) longest = std::max(longest, at - last);
      last = at;
    }
    return longest;
  }

  FleetView view_;
  std::map<std::int64_t, Shards> surplus_;
  std::map<std::int64_t, TurnSet> before_;
};

TEST_F(FleetTest, one_worker_has_everything) {
  join(1);
  const FleetDecision decision = turn(1);
  EXPECT_EQ(decision.mine, kAllShards);
  EXPECT_EQ(decision.surplus, Shards{0});
  EXPECT_TRUE(decision.reads_list);
  EXPECT_EQ(decision.turns, kAllTurns);
}

TEST_F(FleetTest, who_joins_gets_its_part_when_the_others_have_given_it_up) {
  join(1);
  turn(1);
  for (std::int64_t worker = 2; worker <= 4; ++worker) join(worker);
  EXPECT_EQ(turn(2).turns, TurnSet{0});
  for (int round = 0; round < 6; ++round)
    for (std::int64_t worker = 1; worker <= 4; ++worker) {
      turn(worker);
      expect_no_turn_is_two_workers();
    }
  for (std::int64_t worker = 1; worker <= 4; ++worker) {
    EXPECT_EQ(lanes_of(worker), 15);
    EXPECT_EQ(count_of(turn(worker).turns), 15);
  }
  EXPECT_TRUE(turn(1).reads_list);
  EXPECT_FALSE(turn(2).reads_list);
}

TEST_F(FleetTest, soon_every_turn_is_somebody_s_again) {
  for (std::int64_t worker = 1; worker <= 7; ++worker) {
    join(worker);
    for (int round = 0; round < 3; ++round)
      for (std::int64_t each = 1; each <= worker; ++each) {
        turn(each);
        expect_no_turn_is_two_workers();
      }
    TurnSet taken = 0;
    for (std::int64_t each = 1; each <= worker; ++each) {
      const TurnSet turns = turn(each).turns;
      EXPECT_GE(count_of(turns), kTurnCount / worker);
      taken |= turns;
    }
    EXPECT_EQ(taken, kAllTurns) << worker;
  }
}

TEST_F(FleetTest, turns_are_spread) {
  for (std::int64_t worker = 1; worker <= 4; ++worker) join(worker);
  for (int round = 0; round < 3; ++round)
    for (std::int64_t worker = 1; worker <= 4; ++worker) turn(worker);
  for (std::int64_t worker = 1; worker <= 4; ++worker) EXPECT_LE(longest_wait(turn(worker).turns), 8);
}

TEST_F(FleetTest, who_keeps_its_part_keeps_its_turns) {
  for (std::int64_t worker = 1; worker <= 7; ++worker) join(worker);
  for (int round = 0; round < 6; ++round)
    for (std::int64_t worker = 1; worker <= 7; ++worker) turn(worker);
  for (std::int64_t worker = 1; worker <= 7; ++worker)
    EXPECT_EQ(turn(worker).turns, before_[worker]) << worker;
}

TEST_F(FleetTest, what_is_in_flight_is_not_taken_from_anybody) {
  join(1);
  turn(1);
  join(2);
  EXPECT_EQ(turn(2).mine, Shards{0});
  const FleetDecision first = turn(1);
  EXPECT_EQ(count_of(first.surplus), 30);
  surplus_[1] = 0;  // nothing of it can be given up yet
  turn(1);
  EXPECT_EQ(turn(2).mine, Shards{0});
}

TEST_F(FleetTest, a_share_comes_back_before_the_lanes_do) {
  for (const std::int64_t worker : {1, 2}) join(worker);
  for (int round = 0; round < 6; ++round)
    for (const std::int64_t worker : {1, 2}) turn(worker);
  member(2).present = false;
  FleetDecision decision = turn(1);
  EXPECT_EQ(decision.turns, kAllTurns);
  EXPECT_EQ(count_of(decision.mine), 30);
  member(2).live = false;
  decision = turn(1);
  EXPECT_EQ(decision.mine, kAllShards);
}

TEST_F(FleetTest, the_list_goes_to_whoever_can_read_it) {
  for (const std::int64_t worker : {1, 2}) join(worker);
  EXPECT_FALSE(turn(1, false).reads_list);
  EXPECT_THAT(turn(2).take, Contains(kListShard));
  member(2).live = false;
  EXPECT_THAT(turn(1).take, Contains(kListShard));
}

TEST_F(FleetTest, a_demand_is_followed) {
  for (const std::int64_t worker : {1, 2}) join(worker);
  for (int round = 0; round < 6; ++round)
    for (const std::int64_t worker : {1, 2}) turn(worker);
  member(2).demand = 0.1;
  for (int round = 0; round < 3; ++round)
    for (const std::int64_t worker : {2, 1}) {
      turn(worker);
      expect_no_turn_is_two_workers();
    }
  EXPECT_EQ(count_of(turn(1).turns), 54);
  member(2).demand = 1;
  for (int round = 0; round < 4; ++round)
    for (const std::int64_t worker : {2, 1}) {
      turn(worker);
      expect_no_turn_is_two_workers();
    }
  EXPECT_EQ(count_of(turn(2).turns), 30);
}

TEST_F(FleetTest, it_has_ended_when_nobody_alive_has_anything_to_do) {
  for (const std::int64_t worker : {1, 2}) join(worker);
  for (int round = 0; round < 6; ++round)
    for (const std::int64_t worker : {1, 2}) turn(worker);
  EXPECT_FALSE(turn(1).all_idle);
  member(1).idle = true;
  EXPECT_FALSE(turn(1).all_idle);
  member(2).idle = true;
  EXPECT_TRUE(turn(1).all_idle);
  // Whoever is not heard of may have left something.
  member(2).live = false;
  EXPECT_FALSE(turn(1).all_idle);
}

TEST_F(FleetTest, what_was_left_done_keeps_nobody) {
  join(1);
  turn(1);
  member(1).idle = true;
  for (int shard = 0; shard < 30; ++shard) view_.owners[static_cast<std::size_t>(shard)] = kNothingLeft;
  EXPECT_TRUE(turn(1).all_idle);
  view_.owners[3] = 0;
  EXPECT_FALSE(turn(1).all_idle);
}

}  // namespace
}  // namespace payferry::plan
