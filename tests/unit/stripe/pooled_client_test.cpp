#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <deque>

#include <gtest/gtest.h>

#include "run_task.hpp"
#include "stripe/wire.hpp"

namespace payferry::stripe {
namespace {

using testing::a_clone;
using testing::exchange;
using testing::run;
using testing::start;

// A moment in the life of a wire that the test holds back until it says go.
class Gate {
 public:
  explicit Gate(boost::asio::io_context& context) : timer_(context.get_executor()) {
    timer_.expires_at(std::chrono::steady_clock::time_point::max());
  }
  async::Task<void> pass() {
    if (is_open_) co_return;
    boost::system::error_code ignored;
    co_await timer_.async_wait(boost::asio::redirect_error(async::use_task, ignored));
  }
  void open() {
    is_open_ = true;
    timer_.cancel();
  }

 private:
  boost::asio::basic_waitable_timer<std::chrono::steady_clock,
                                    boost::asio::wait_traits<std::chrono::steady_clock>, async::Executor>
      timer_;
  bool is_open_ = false;
};

Trip answered(bool reusable = true) {
  Trip trip;
  trip.sent = trip.begun = true;
  trip.reusable = reusable;
  trip.answer.emplace();
  trip.answer->status = 200;
  return trip;
}

Trip failed(std::string failure, bool begun = false) {
  Trip trip;
  trip.sent = true;
  trip.begun = begun;
  trip.failure = std::move(failure);
  return trip;
}

// What one wire does; kept by the test, so that it can be looked at when the wire is gone.
struct Plan {
  bool opens = true;
  bool alive = true;
  bool throws = false;
  Gate* open_gate = nullptr;
  Gate* carry_gate = nullptr;
  std::deque<Trip> trips;  // answered() when they are used up
  std::vector<std::string> carried;
  bool aborted = false;
  bool destroyed = false;
};

class FakeWire final : public Wire {
 public:
  explicit FakeWire(Plan& plan) : plan_(plan) {}
  ~FakeWire() override { plan_.destroyed = true; }

  async::Task<Result<void>> open() override {
    if (plan_.open_gate) co_await plan_.open_gate->pass();
    if (!plan_.opens || plan_.aborted) co_return make_error(Errc::unreachable, "refused");
    co_return Result<void>();
  }

  async::Task<Trip> carry(const std::string& bytes) override {
    plan_.carried.push_back(bytes);
    if (plan_.throws) throw std::bad_alloc();
    if (plan_.carry_gate) co_await plan_.carry_gate->pass();
    if (plan_.aborted) co_return failed("reset");
    if (plan_.trips.empty()) co_return answered();
    Trip trip = std::move(plan_.trips.front());
    plan_.trips.pop_front();
    co_return trip;
  }

  bool looks_alive() override { return plan_.alive; }

  void abort() override {
    plan_.aborted = true;
    if (plan_.open_gate) plan_.open_gate->open();
    if (plan_.carry_gate) plan_.carry_gate->open();
  }

 private:
  Plan& plan_;
};

class PooledClient : public ::testing::Test {
 protected:
  PooledClient() { make(2); }

  void make(std::size_t max_connections) {
    Options options;
    options.api_key = "sk_test_1";
    options.max_connections = max_connections;
    options.idle_timeout = std::chrono::hours(1);
    const WireFactory factory = [this]() -> std::unique_ptr<Wire> {
      if (made_ == plans_.size()) plans_.emplace_back();
      return std::make_unique<FakeWire>(plans_[made_++]);
    };
    client_ = make_pooled_client(context_, options, parse_api_base("http://localhost").value(), factory);
  }

  Plan& plan(std::size_t index) {
    while (plans_.size() <= index) plans_.emplace_back();
    return plans_[index];
  }

  Exchange send_one() { return run(context_, exchange(*client_, a_clone())); }
  void turn_over() {
    context_.restart();
    context_.poll();
  }

  boost::asio::io_context context_;
  std::deque<Plan> plans_;
  std::size_t made_ = 0;
  std::unique_ptr<Client> client_;
};

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
