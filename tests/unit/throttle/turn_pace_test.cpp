#include "throttle/turn_pace.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "virtual_run.hpp"

namespace payferry::throttle {
namespace {

using std::chrono::milliseconds;

// As far back as 1970 is.
constexpr Nanoseconds kLongAgo = std::chrono::hours(24 * 365 * 56);

struct Worker {
  Turns turns;
  TurnPace pace{false};
  SteadyTime next = SteadyTime::min();
};

// Workers that share a rate, each late by what `lateness` says, for so long.
class Shared {
 public:
  Shared(double per_second, std::vector<TurnSet> sets) : per_second_(per_second), workers_(sets.size()) {
    for (std::size_t at = 0; at < sets.size(); ++at)
      workers_[at].turns = {sets[at], kStart - kLongAgo + clock_error_ * static_cast<int>(at)};
  }
  template <class Lateness>
  void run(Nanoseconds span, Lateness lateness) {
    const SteadyTime end = now_ + span;
    for (Worker& worker : workers_) plan(worker, now_, lateness);
    for (;;) {
      const auto first = std::min_element(workers_.begin(), workers_.end(),
                                          [](const Worker& a, const Worker& b) { return a.next < b.next; });
      if (first->next >= end) break;
      now_ = first->next;
      if (first->pace.next_at(now_, per_second_, first->turns) <= now_) {
        first->pace.take(now_, per_second_, first->turns);
        calls_.push_back(now_);
        plan(*first, now_, lateness);
      } else {
        plan(*first, now_, [](SteadyTime) { return Nanoseconds{0}; });
      }
    }
    now_ = end;
  }
  std::vector<Worker>& workers() { return workers_; }
  double rate_over(Nanoseconds span) const {
    return static_cast<double>(calls_.size()) / std::chrono::duration<double>(span).count();
  }
  // The most calls in a window so long.
  std::size_t worst(Nanoseconds window = std::chrono::seconds(1)) const {
    std::size_t most = 0, first = 0;
    for (std::size_t at = 0; at < calls_.size(); ++at) {
      while (calls_[first] <= calls_[at] - window) ++first;
      most = std::max(most, at - first + 1);
    }
    return most;
  }

 private:
  template <class Lateness>
  void plan(Worker& worker, SteadyTime now, Lateness lateness) {
    const SteadyTime at = worker.pace.next_at(now, per_second_, worker.turns);
    worker.next = at + lateness(at);
  }

  static constexpr Nanoseconds clock_error_ = std::chrono::microseconds(300);
  double per_second_;
  std::vector<Worker> workers_;
  std::vector<SteadyTime> calls_;
  SteadyTime now_ = kStart;
};

constexpr TurnSet every(int step, int from) {
  TurnSet turns = 0;
  for (int at = from; at < kTurnCount; at += step) turns |= TurnSet{1} << at;
  return turns;
}

std::vector<TurnSet> shared_by(int workers) {
  std::vector<TurnSet> sets;
  for (int at = 0; at < workers; ++at) sets.push_back(every(workers, at));
  return sets;
}

constexpr auto kPunctual = [](SteadyTime) { return Nanoseconds{0}; };

class TurnPaceAt : public testing::TestWithParam<std::tuple<double, int>> {};

TEST_P(TurnPaceAt, together_they_use_the_rate_and_never_more_over_a_second) {
  const auto [rate, workers] = GetParam();
  Shared shared(rate, shared_by(workers));
  const Nanoseconds span = seconds(std::max(20.0, 400 / rate));
  shared.run(span, kPunctual);
  EXPECT_NEAR(shared.rate_over(span) / rate, TurnPace::kPace, 0.01);
  EXPECT_LE(shared.worst(), std::max(1.0, rate));
}

TEST_P(TurnPaceAt, nor_when_they_are_late) {
  const auto [rate, workers] = GetParam();
  Shared shared(rate, shared_by(workers));
  std::mt19937_64 random(11);
  const Nanoseconds span = seconds(std::max(60.0, 400 / rate));
  shared.run(span, [&](SteadyTime) {
    // Mostly a little, once in two seconds a lot.
    const bool stall = std::uniform_real_distribution<double>()(random) < 0.5 * workers / rate;
    std::exponential_distribution<double> late(stall ? 40 : 2000);
    return seconds(late(random));
  });
  const bool whole = std::fmod(rate / workers, 1) == 0;
  EXPECT_LE(shared.worst(), whole ? rate : rate + workers);
  EXPECT_GE(shared.rate_over(span) / rate, rate <= 20 ? 0.98 : 0.97);
}

INSTANTIATE_TEST_SUITE_P(Rates, TurnPaceAt,
                         testing::Combine(testing::Values(0.5, 5.0, 20.0, 96.0, 1000.0),
                                          testing::Values(2, 4, 5, 12)));

TEST(TurnPace, a_turn_that_was_missed_is_made_up_until_the_next_one) {
  const Turns turns{every(4, 0), kStart - kLongAgo};
  TurnPace pace(false);
  const double rate = 20;  // a turn of its own every 201 ms
  SteadyTime now = pace.next_at(kStart, rate, turns);
  pace.take(now, rate, turns);
  const SteadyTime next = pace.next_at(now, rate, turns);
  EXPECT_NEAR(std::chrono::duration<double>(next - now).count(), 4 / (rate * TurnPace::kPace), 1e-5);
  EXPECT_EQ(pace.next_at(next + milliseconds(150), rate, turns), next + milliseconds(150));
  // Of the two that were missed one is left.
  now = next + milliseconds(250);
  EXPECT_EQ(pace.next_at(now, rate, turns), now);
  pace.take(now, rate, turns);
  EXPECT_GT(pace.next_at(now, rate, turns), now + milliseconds(40));
}

TEST(TurnPace, a_beginning_is_no_burst) {
  Shared shared(96, shared_by(12));
  shared.run(seconds(0.5), kPunctual);
  EXPECT_LE(shared.worst(seconds(0.1)), 10u);
}

TEST(TurnPace, a_timer_of_one_millisecond_still_reaches_20000_a_second) {
  const Turns turns{every(2, 1), kStart - kLongAgo};
  TurnPace pace(false);
  SteadyTime now = kStart;
  int calls = 0;
  for (int tick = 0; tick < 3000; ++tick) {
    now += milliseconds(1);
    while (pace.next_at(now, 20'000, turns) <= now) {
      pace.take(now, 20'000, turns);
      ++calls;
    }
  }
  EXPECT_NEAR(calls / 3.0, 10'000 * TurnPace::kPace, 60);
}

// Whoever gets a turn counts it as its own of the last second too, which may be one call more.
TEST(TurnPace, a_turn_that_changes_hands_is_used_once) {
  Shared shared(96, {every(2, 0), every(4, 1), 0b1000});
  shared.run(seconds(3), kPunctual);
  shared.workers()[1].turns.mine = every(2, 1) & ~TurnSet{0b1000};
  shared.run(seconds(3), kPunctual);
  shared.workers()[0].turns.mine = every(4, 0);
  shared.run(seconds(1), kPunctual);
  shared.workers()[2].turns.mine |= every(4, 2);
  shared.run(seconds(3), kPunctual);
  EXPECT_LE(shared.worst(), 97u);
}

// What an endpoint lets through does not wait for a moment at which the turn over all of them comes as well.
TEST(TurnPace, of_two_rates_the_lower_one_decides) {
  struct Case {
    double global, endpoint;
    std::optional<double> account;
  };
  for (const Case& c : std::vector<Case>{
           {80, 20, {}}, {20, 19, {}}, {20, 20, {}}, {80, 20, 1.0}, {80, 20, 0.7}, {1.1, 0.7, {}}}) {
    Controls controls;
    controls.global = c.global;
    controls.endpoint = c.endpoint;
    controls.in_flight = 1000;
    controls.turns = {every(4, 3), kStart - kLongAgo};
    if (c.account) controls.accounts[1].endpoint = controls.accounts[1].global = c.account;
    VirtualRun run(controls);
    run.throttle.proven(1);
    run.throttle.introduce(1, "acct_1");
    for (std::uint64_t id = 1; id <= 2000; ++id) run.enqueue(id, 1, Endpoint::clone);
    const double span = 300;
    run.until(kStart + seconds(span));
    const double lowest = std::min({c.global, c.endpoint, c.account.value_or(c.endpoint)}) / 4;
    EXPECT_NEAR(static_cast<double>(run.grants.size()) / span / lowest, 0.99, 0.02)
        << c.global << " " << c.endpoint << " " << c.account.value_or(0);
  }
}

}  // namespace
}  // namespace payferry::throttle
