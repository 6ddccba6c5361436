#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <deque>

#include <gtest/gtest.h>

#include "run_task.hpp"
#include "stripe/wire.hpp"

namespace payferry::stripe::testing {

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

inline Trip answered(bool reusable = true) {
  Trip trip;
  trip.sent = trip.begun = true;
  trip.reusable = reusable;
  trip.answer.emplace();
  trip.answer->status = 200;
  return trip;
}

inline Trip failed(std::string failure, bool begun = false) {
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

}  // namespace payferry::stripe::testing
