#include "pooled_client.hpp"

namespace payferry::stripe {
namespace {

using testing::a_clone;
using testing::answered;
using testing::exchange;
using testing::failed;
using testing::Gate;
using testing::PooledClient;
using testing::run;
using testing::start;

TEST_F(PooledClient, UsesAConnectionAgain) {
  EXPECT_EQ(send_one().sends, 1);
  const Exchange second = send_one();
  EXPECT_TRUE(second.answer);
  EXPECT_TRUE(second.sent);
  EXPECT_EQ(second.sends, 1);
  EXPECT_EQ(made_, 1u);
  EXPECT_EQ(plan(0).carried.size(), 2u);
}

TEST_F(PooledClient, DoesNotUseAConnectionAgainThatCannotGoOn) {
  plan(0).trips = {answered(false)};
  plan(1).trips = {failed("timeout")};
  send_one();
  EXPECT_TRUE(plan(0).destroyed);
  send_one();
  EXPECT_TRUE(plan(1).destroyed);
  send_one();
  EXPECT_EQ(made_, 3u);
}

TEST_F(PooledClient, TakesBackALeaseThatIsDropped) {
  run(context_, client_->connect()).value().reset();
  EXPECT_FALSE(plan(0).destroyed);
  EXPECT_TRUE(send_one().answer);
  EXPECT_EQ(made_, 1u);
}

TEST_F(PooledClient, GivesWhatIsAtHandAndMakesNothing) {
  EXPECT_FALSE(client_->take_idle());
  EXPECT_EQ(made_, 0u);
  send_one();
  Lease lease = client_->take_idle();
  ASSERT_TRUE(lease);
  EXPECT_FALSE(client_->take_idle());
  EXPECT_TRUE(run(context_, client_->send(std::move(lease), a_clone())).answer);
  EXPECT_EQ(made_, 1u);
}

TEST_F(PooledClient, WhatTheOtherSideHasClosedIsNotAtHand) {
  send_one();
  plan(0).alive = false;
  EXPECT_FALSE(client_->take_idle());
  EXPECT_TRUE(plan(0).destroyed);
  EXPECT_TRUE(send_one().answer);
  EXPECT_EQ(made_, 2u);
}

TEST_F(PooledClient, OpensAnewWhereTheOtherSideHasClosed) {
  send_one();
  plan(0).alive = false;
  const Exchange second = send_one();
  EXPECT_EQ(second.sends, 1);
  EXPECT_EQ(made_, 2u);
  EXPECT_TRUE(plan(0).destroyed);
}

TEST_F(PooledClient, SendsTheSameBytesOnceMoreOverAFreshConnectionWhenAReusedOneWasClosed) {
  for (const char* end : {"closed", "reset"}) {
    plans_.clear();
    made_ = 0;
    make(2);
    plan(0).trips = {answered(), failed(end)};
    send_one();
    const Exchange second = send_one();
    EXPECT_TRUE(second.answer);
    EXPECT_EQ(second.sends, 2);
    ASSERT_EQ(plan(1).carried.size(), 1u);
    EXPECT_EQ(plan(1).carried[0], plan(0).carried[1]);
    EXPECT_EQ(send_one().sends, 1);
    EXPECT_EQ(made_, 2u);
    client_.reset();
  }
}

TEST_F(PooledClient, NeverTakesAnotherPooledConnectionForTheRepetition) {
  Result<Lease> first = run(context_, client_->connect());
  Result<Lease> second = run(context_, client_->connect());
  run(context_, client_->send(std::move(*first), a_clone()));
  run(context_, client_->send(std::move(*second), a_clone()));
  plan(1).trips = {failed("closed")};
  EXPECT_EQ(send_one().sends, 2);
  EXPECT_EQ(plan(0).carried.size(), 1u);
  EXPECT_EQ(plan(2).carried.size(), 1u);
}

TEST_F(PooledClient, DoesNotRepeatOverAFreshConnection) {
  plan(0).trips = {failed("closed")};
  const Exchange only = send_one();
  EXPECT_FALSE(only.answer);
  EXPECT_EQ(only.failure, "closed");
  EXPECT_TRUE(only.sent);
  EXPECT_EQ(only.sends, 1);
  EXPECT_EQ(made_, 1u);
}

TEST_F(PooledClient, RepeatsOnlyOnce) {
  plan(0).trips = {answered(), failed("closed")};
  plan(1).trips = {failed("reset")};
  send_one();
  const Exchange second = send_one();
  EXPECT_EQ(second.failure, "reset");
  EXPECT_EQ(second.sends, 2);
  EXPECT_EQ(made_, 2u);
}

TEST_F(PooledClient, SaysResetWhenThereIsNoFreshConnection) {
  plan(0).trips = {answered(), failed("closed")};
  plan(1).opens = false;
  send_one();
  const Exchange second = send_one();
  EXPECT_EQ(second.failure, "reset");
  EXPECT_TRUE(second.sent);
  EXPECT_EQ(second.sends, 1);
}

TEST_F(PooledClient, NeverRepeatsAfterATimeoutOrAfterTheAnswerHasBegun) {
  plan(0).trips = {answered(), failed("timeout")};
  send_one();
  EXPECT_EQ(send_one().failure, "timeout");
  plan(1).trips = {answered(), failed("truncated", true)};
  send_one();
  const Exchange last = send_one();
  EXPECT_EQ(last.failure, "truncated");
  EXPECT_EQ(last.sends, 1);
  EXPECT_EQ(made_, 2u);
}

TEST_F(PooledClient, LetsCallersWaitInOrderWhenAllConnectionsAreLeased) {
  Result<Lease> first = run(context_, client_->connect());
  Result<Lease> second = run(context_, client_->connect());
  std::optional<Result<Lease>> third, fourth;
  start(context_, client_->connect(), third);
  start(context_, client_->connect(), fourth);
  turn_over();
  EXPECT_FALSE(third);
  second->reset();
  turn_over();
  ASSERT_TRUE(third);
  EXPECT_TRUE(*third);
  EXPECT_FALSE(fourth);
  third->value().reset();
  turn_over();
  EXPECT_TRUE(fourth);
  EXPECT_EQ(made_, 2u);
}

TEST_F(PooledClient, AWaiterMayOpenInThePlaceOfAConnectionThatBroke) {
  make(1);
  Gate gate(context_);
  plan(0).carry_gate = &gate;
  plan(0).trips = {failed("timeout")};
  std::optional<Exchange> first, second;
  start(context_, exchange(*client_, a_clone()), first);
  start(context_, exchange(*client_, a_clone()), second);
  turn_over();
  EXPECT_FALSE(second);
  gate.open();
  turn_over();
  EXPECT_EQ(first->failure, "timeout");
  ASSERT_TRUE(second);
  EXPECT_TRUE(second->answer);
  EXPECT_EQ(made_, 2u);
}

TEST_F(PooledClient, FreesThePlaceOfAConnectionThatCannotBeOpened) {
  make(1);
  Gate gate(context_);
  plan(0).open_gate = &gate;
  plan(0).opens = false;
  std::optional<Result<Lease>> first, second;
  start(context_, client_->connect(), first);
  start(context_, client_->connect(), second);
  turn_over();
  gate.open();
  turn_over();
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->error().code, Errc::unreachable);
  EXPECT_TRUE(*second);
}

}  // namespace
}  // namespace payferry::stripe
