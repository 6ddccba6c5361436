#include "pipeline/health.hpp"

#include "world.hpp"

// An account that fails while others work.
namespace payferry::pipeline {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using test::error_of;
using Texts = std::vector<std::string>;

class HealthTest : public test::WorldTest {
 protected:
  HealthTest() {
    rules_.attempts = 30;
    stripe_.always(Endpoint::clone, [this](const stripe::Request& request) {
      const bool sick = request.account == "acct_A" && sent_to_a_.size() < heals_after_;
      if (request.account == "acct_A") sent_to_a_.push_back(time_.clock().steady());
      return sick ? error_of(500, "api_error") : stripe_.execute(request);
    });
    on_run_ = [this](test::OneRun& run) { run.shared.breakers = &breakers_; };
  }

  // A third account that is answered well all the time, for an hour.
  void with_others_at_work() {
    on_run_ = [this](test::OneRun& run) {
      run.shared.breakers = &breakers_;
      run.services.spawn(work_elsewhere());
    };
  }
  async::Task<void> work_elsewhere() {
    const std::unique_ptr<async::Alarm> alarm = time_.make_alarm();
    const SteadyTime end = time_.clock().steady() + minutes(90);
    while (time_.clock().steady() < end) {
      breakers_.answered(99, plan::Health::good, time_.clock().steady());
      co_await alarm->wait_until(time_.clock().steady() + seconds(10));
    }
  }

  void admit_both(int each) {
    std::vector<Entry> lines;
    for (int i = 1; i <= each; ++i) {
      const std::string n = std::to_string(i);
      lines.push_back(line("cus_a" + n, "pm_a" + n, "acct_A"));
      lines.push_back(line("cus_b" + n, "pm_b" + n, "acct_B"));
    }
    admit(lines);
  }

  std::size_t heals_after_ = 1'000'000;
  std::vector<SteadyTime> sent_to_a_;
  plan::Breakers breakers_{plan::breaker_rules(seconds(60), 8)};
};

TEST_F(HealthTest, is_probed_with_growing_pauses_and_then_left_while_others_go_on) {
  with_others_at_work();
  admit_both(40);
  const SteadyTime start = time_.clock().steady();
  std::vector<SteadyTime> ends_of_b;
  stripe_.on_send = [&](const stripe::Request& request) {
    if (request.account == "acct_B") ends_of_b.push_back(time_.clock().steady());
  };
  test::OneRun& run = this->run();
  EXPECT_EQ(counts(), "pending=40 succeeded=40");
  EXPECT_EQ(sent_to_a_.size(), 10u + 8u);
  EXPECT_EQ(run.events.breakers, (Texts{"acct_A 30", "acct_A 60", "acct_A 120", "acct_A 240", "acct_A 480",
                                        "acct_A 600", "acct_A 600", "acct_A 600", "acct_A left"}));
  EXPECT_GE(sent_to_a_[10] - sent_to_a_[9], seconds(30));
  EXPECT_GE(sent_to_a_[17] - sent_to_a_[16], minutes(10));
  EXPECT_LT(ends_of_b.back() - start, seconds(10)) << "the other account was held up";
  EXPECT_FALSE(run.stop.requested());
  EXPECT_FALSE(run.events.parks.empty());
  for (const std::string& parked : run.events.parks) EXPECT_NE(parked.find(" unknown"), std::string::npos);
}

TEST_F(HealthTest, a_run_does_not_wait_for_a_sick_account_alone) {
  admit_both(40);
  const SteadyTime start = time_.clock().steady();
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.breakers, (Texts{"acct_A 30", "acct_A left"}));
  EXPECT_EQ(counts(), "pending=40 succeeded=40");
  EXPECT_LT(time_.clock().steady() - start, seconds(60));
}

TEST_F(HealthTest, a_probe_that_is_answered_well_lets_everything_through_again) {
  heals_after_ = 12;
  with_others_at_work();
  admit_both(40);
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.breakers, (Texts{"acct_A 30", "acct_A 60", "acct_A 120", "acct_A closed"}));
  EXPECT_EQ(counts(), "succeeded=80");
  EXPECT_LT(sent_to_a_.back() - sent_to_a_[12], seconds(10));
}

TEST_F(HealthTest, an_outage_of_all_is_no_accounts_fault) {
  rules_.attempts = 3;
  stripe_.always(Endpoint::clone, [](const stripe::Request&) { return error_of(500, "api_error"); });
  admit_both(20);
  test::OneRun& run = this->run();
  EXPECT_EQ(run.events.breakers, Texts{});
  EXPECT_EQ(run.events.parks.size(), 40u);
}

TEST_F(HealthTest, a_run_that_stops_does_not_wait_for_a_held_account) {
  admit_both(40);
  const SteadyTime start = time_.clock().steady();
  on_run_ = [this, start](test::OneRun& run) {
    run.shared.breakers = &breakers_;
    run.services.spawn([](async::Time& time, SteadyTime until, Stop& stop) -> async::Task<void> {
      const std::unique_ptr<async::Alarm> alarm = time.make_alarm();
      co_await alarm->wait_until(until);
      stop.request(Why::deadline, "the deadline");
    }(time_, start + seconds(20), run.stop));
  };
  run();
  EXPECT_LT(time_.clock().steady() - start, seconds(29));
  EXPECT_EQ(counts(), "pending=40 succeeded=40");
}

}  // namespace
}  // namespace payferry::pipeline
