#include "pooled_client.hpp"

namespace payferry::stripe {
namespace {

using testing::a_clone;
using testing::exchange;
using testing::Gate;
using testing::PooledClient;
using testing::run;
using testing::start;

TEST_F(PooledClient, AbortEndsWhatIsInFlight) {
  Gate gate(context_);
  plan(0).carry_gate = &gate;
  std::optional<Exchange> flying;
  start(context_, exchange(*client_, a_clone()), flying);
  turn_over();
  client_->abort();
  turn_over();
  ASSERT_TRUE(flying);
  EXPECT_EQ(flying->failure, "stopped");
  EXPECT_TRUE(flying->sent);
}

TEST_F(PooledClient, AbortWakesWaitersAndThoseWhoOpen) {
  make(1);
  Gate gate(context_);
  plan(0).open_gate = &gate;
  std::optional<Result<Lease>> opening, waiting;
  start(context_, client_->connect(), opening);
  start(context_, client_->connect(), waiting);
  turn_over();
  client_->abort();
  turn_over();
  ASSERT_TRUE(opening && waiting);
  EXPECT_EQ(opening->error().code, Errc::stopped);
  EXPECT_EQ(waiting->error().code, Errc::stopped);
}

TEST_F(PooledClient, NothingIsSentAfterAbort) {
  Result<Lease> lease = run(context_, client_->connect());
  client_->abort();
  const Exchange late = run(context_, client_->send(std::move(*lease), a_clone()));
  EXPECT_EQ(late.failure, "stopped");
  EXPECT_FALSE(late.sent);
  EXPECT_EQ(late.sends, 0);
  EXPECT_EQ(run(context_, client_->connect()).error().code, Errc::stopped);
  EXPECT_TRUE(plan(0).carried.empty());
}

TEST_F(PooledClient, AbortClosesIdleConnections) {
  send_one();
  EXPECT_FALSE(plan(0).destroyed);
  client_->abort();
  EXPECT_TRUE(plan(0).destroyed);
}

TEST_F(PooledClient, AnAnswerThatCameBeforeTheEndCounts) {
  Gate gate(context_);
  plan(0).carry_gate = &gate;
  std::optional<Exchange> flying;
  start(context_, exchange(*client_, a_clone()), flying);
  turn_over();
  gate.open();
  context_.restart();
  context_.poll();
  client_->abort();
  ASSERT_TRUE(flying);
  EXPECT_TRUE(flying->answer);
}

TEST_F(PooledClient, ALeaseMayOutliveTheClient) {
  Result<Lease> lease = run(context_, client_->connect());
  client_.reset();
  lease->reset();
  EXPECT_TRUE(plan(0).destroyed);
}

TEST_F(PooledClient, SendsNothingOfARequestThatCannotBeWritten) {
  Request request = a_clone();
  request.account = "acct_1\r\nX: y";
  const Exchange result = run(context_, exchange(*client_, std::move(request)));
  EXPECT_EQ(result.failure, "invalid_request");
  EXPECT_FALSE(result.sent);
  EXPECT_FALSE(plan(0).destroyed);
}

TEST_F(PooledClient, LetsNoExceptionEscape) {
  plan(0).throws = true;
  const Exchange result = send_one();
  EXPECT_EQ(result.failure, "internal");
  EXPECT_TRUE(result.sent);
  EXPECT_TRUE(plan(0).destroyed);
}

}  // namespace
}  // namespace payferry::stripe
