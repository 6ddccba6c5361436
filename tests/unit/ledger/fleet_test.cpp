#include "ledger/fleet.hpp"

#include <gmock/gmock.h>

#include "ledger/servers.hpp"
#include "opened.hpp"

// Workers that share a ledger on a server. Without one these are skipped: run_on_postgres.py starts one.
namespace payferry::ledger {
namespace {

// Everybody takes half of what there is.
FleetDecision take_half(const FleetView& view, bool reads) {
  FleetDecision decision;
  decision.turns = kAllTurns >> kTurnCount / 2;
  int kept = 0;
  for (int shard = 0; shard < kShardCount; ++shard) {
    const std::int64_t owner = view.owners[static_cast<std::size_t>(shard)];
    const bool there = std::any_of(view.members.begin(), view.members.end(), [&](const FleetMember& member) {
      return member.worker == owner && member.live;
    });
    if (owner != view.me && there) continue;
    if (++kept > kShardCount / 2) break;
    if (owner != view.me) decision.take.push_back(shard);
    decision.mine |= Shards{1} << shard;
  }
  if (reads && view.owners[kListShard] == 0) decision.take.push_back(kListShard);
  return decision;
}

class FleetTest : public test::LedgerTest {
 protected:
  void SetUp() override {
    if (!test::server()) GTEST_SKIP();
  }
  std::unique_ptr<FleetPlace> join(const std::string& name) {
    Result<std::unique_ptr<FleetPlace>> place =
        join_fleet({place_, name, "job", std::chrono::minutes(1), take_half});
    if (!place) throw std::runtime_error(place.error().message);
    return std::move(*place);
  }
  Standing beat(FleetPlace& place, const Beat& beat = {}) {
    Result<Standing> standing = place.beat(beat);
    if (!standing) throw std::runtime_error(standing.error().message);
    return std::move(*standing);
  }
  // As if it had not been heard of for as long as its lease.
  void expire(const FleetPlace& place) {
    beside()->execute(
        ("UPDATE worker SET until_ms = 0 WHERE id = " + std::to_string(place.worker())).c_str());
  }
  Shards serve(const FleetPlace& place, Shards lanes) {
    done(ledger_->serve(place.worker(), lanes));
    return lanes;
  }
};

TEST_F(FleetTest, they_see_one_another) {
  const auto first = join("one"), second = join("two");
  Beat told;
  told.reads = true;
  told.shown = "{\"in_flight\":3}";
  beat(*first, told);
  const Standing standing = beat(*second);
  ASSERT_EQ(standing.workers.size(), 2u);
  EXPECT_EQ(standing.workers[0].name, "one");
  EXPECT_TRUE(standing.workers[0].live);
  EXPECT_TRUE(standing.workers[0].reads);
  EXPECT_EQ(standing.workers[0].shards, 30);
  EXPECT_EQ(standing.workers[0].shown, told.shown);
  EXPECT_DOUBLE_EQ(standing.workers[0].share, 0.5);
  EXPECT_EQ(count_of(standing.decision.mine), 30);
}

TEST_F(FleetTest, who_has_just_taken_something_is_not_idle) {
  const auto first = join("one"), second = join("two");
  Beat idle;
  idle.idle = true;
  beat(*first, idle);
  EXPECT_FALSE(beat(*second).workers[0].idle);
  beat(*first, idle);
  EXPECT_TRUE(beat(*second).workers[0].idle);
}

TEST_F(FleetTest, who_was_put_out_of_the_way_records_nothing_more) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1")});
  const auto first = join("one"), second = join("two");
  beat(*first);
  serve(*first, kAllShards);
  const Work work = only();
  expire(*first);
  // Late, and nobody has taken over yet: what it has stands.
  settle(work.item);
  beat(*second);
  const Result<std::int64_t> refused = ask(ledger_->intend(intent_for(work.item, Step::clone), {}));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("was not heard of for as long as its lease"), std::string::npos)
      << refused.error().message;
  EXPECT_FALSE(first->beat({}));
  reopen();
  EXPECT_FALSE(only().intent);
}

TEST_F(FleetTest, its_lanes_are_the_others_then) {
  const auto first = join("one");
  beat(*first);
  const auto second = join("two"), third = join("three");
  beat(*second);
  EXPECT_EQ(beat(*third).decision.mine, Shards{0});
  expire(*first);
  EXPECT_EQ(count_of(beat(*third).decision.mine), 30);
}

TEST_F(FleetTest, a_lane_is_loaded_by_whom_it_belongs_to) {
  const std::int64_t input = begin();
  std::vector<Entry> entries;
  for (int n = 0; n < 200; ++n)
    entries.push_back(entry("cus_" + std::to_string(n), "pm_" + std::to_string(n)));
  admit(input, entries);
  const auto place = join("one");
  std::size_t sum = 0;
  for (const Shards lanes : {Shards{0xfffff}, kAllShards & ~Shards{0xfffff}}) {
    serve(*place, lanes);
    const std::vector<Work> loaded = done(ledger_->load(1, 0, 1000));
    for (const Work& work : loaded) EXPECT_TRUE(holds(lanes, shard_of(work.item.link_id, work.item.id)));
    EXPECT_FALSE(loaded.empty());
    sum += loaded.size();
  }
  EXPECT_EQ(sum, 200u);
}

TEST_F(FleetTest, what_one_admits_the_others_are_told) {
  const std::int64_t input = begin();
  const auto first = join("one"), second = join("two");
  serve(*first, kAllShards);
  admit(input, {entry("cus_1", "pm_1"), entry("cus_2", "pm_2", "acct_B")});
  EXPECT_TRUE(beat(*first).opened.empty());
  const Standing standing = beat(*second);
  ASSERT_EQ(standing.opened.size(), 2u);
  const std::vector<std::string> told{standing.opened[0].account, standing.opened[1].account};
  EXPECT_THAT(told, testing::UnorderedElementsAre("acct_A", "acct_B"));
  EXPECT_EQ(standing.input, input);
  EXPECT_FALSE(standing.input_complete);
  EXPECT_TRUE(beat(*second).opened.empty());
}

TEST_F(FleetTest, one_looks_at_an_accounts_customers) {
  const auto first = join("one"), second = join("two");
  serve(*first, kAllShards);
  EXPECT_TRUE(done(ledger_->begin_look(1)));
  EXPECT_TRUE(done(ledger_->begin_look(1)));
  serve(*second, kAllShards);
  EXPECT_FALSE(done(ledger_->begin_look(1)));
  EXPECT_TRUE(done(ledger_->begin_look(2)));
  ASSERT_TRUE(first->leave(false));
  EXPECT_TRUE(done(ledger_->begin_look(1)));
}

TEST_F(FleetTest, who_leaves_leaves_nothing_behind) {
  const auto first = join("one"), second = join("two");
  beat(*first);
  ASSERT_TRUE(first->leave(false));
  const Standing standing = beat(*second);
  EXPECT_EQ(standing.workers.size(), 1u);
  EXPECT_EQ(standing.decision.take.size(), 30u);
}

TEST_F(FleetTest, who_stands_still_in_a_transaction_is_ended) {
  const auto place = join("one");
  const std::unique_ptr<Database> frozen = connect_server(place_);
  frozen->begin();
  Statement lock(*frozen, "SELECT pg_advisory_xact_lock(CAST(? AS integer), hashtext(current_schema()))");
  lock.bind(std::int64_t{kFleetLock}).next();
  beat(*place);
  EXPECT_THROW(frozen->execute("SELECT 1"), DatabaseError);
}

}  // namespace
}  // namespace payferry::ledger
