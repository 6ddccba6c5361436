#include "world.hpp"

// Whose fault decides who stops (DESIGN 4, points 6 and 7).
namespace payferry::pipeline {
namespace {

using test::answer_of;
using test::declined;
using test::error_of;

class RefusalTest : public test::WorldTest {
 protected:
  stripe::Exchange unusable() {
    return error_of(400, "invalid_request_error", "payment_method_unexpected_state", "used up");
  }
  std::vector<Entry> many(int count, const std::string& account = "acct_A", const std::string& prefix = "") {
    std::vector<Entry> lines;
    for (int i = 1; i <= count; ++i)
      lines.push_back(line("cus_" + prefix + std::to_string(i), "pm_" + prefix + std::to_string(i), account));
    return lines;
  }
};

TEST_F(RefusalTest, an_item_fails_alone_and_is_not_sent_again_by_itself) {
  stripe_.say(Endpoint::clone, declined());
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  test::OneRun& run = this->run();
  EXPECT_EQ(counts(), "succeeded=1 failed=1");
  EXPECT_EQ(tally().failures.at("card_declined"), 1u);
  EXPECT_EQ(run.events.ends[0], "pm_1 failed card_declined");
  const std::size_t before = stripe_.requests.size();
  this->run();
  EXPECT_EQ(stripe_.requests.size(), before);
}

TEST_F(RefusalTest, a_retry_is_other_work_and_resumes_at_the_failed_step) {
  stripe_.say(Endpoint::attach, declined());
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  run();
  EXPECT_EQ(counts(), "succeeded=1 failed=1");
  const std::string refused_key = stripe_.requests.back().idempotency_key;
  EXPECT_EQ(*drive(ledger_->retry({})), 1);
  stripe_.requests.clear();
  run();
  EXPECT_EQ(endpoints(), "attach");
  EXPECT_NE(stripe_.requests[0].idempotency_key, refused_key);
  EXPECT_EQ(counts(), "succeeded=2");
}

TEST_F(RefusalTest, when_the_first_card_is_declined_the_next_item_makes_the_customer) {
  stripe_.say(Endpoint::create_customer, declined());
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2"), line("cus_1", "pm_3")});
  run();
  EXPECT_EQ(counts(), "succeeded=2 failed=1");
  EXPECT_EQ(endpoints(), "clone create_customer clone create_customer clone attach");
  EXPECT_NE(stripe_.requests[1].idempotency_key, stripe_.requests[3].idempotency_key);
  EXPECT_EQ(stripe_.customers.size(), 1u);
}

TEST_F(RefusalTest, a_refused_customer_fails_its_whole_lane_with_one_call) {
  stripe_.say(Endpoint::create_customer,
              error_of(400, "invalid_request_error", "email_invalid", "bad", "email"));
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2"), line("cus_1", "pm_3"), line("cus_2", "pm_4")});
  run();
  EXPECT_EQ(counts(), "succeeded=1 failed=3");
  EXPECT_EQ(tally().failures.at("email_invalid"), 3u);
  EXPECT_EQ(stripe_.sent_to(Endpoint::create_customer), 2u);
  EXPECT_EQ(stripe_.sent_to(Endpoint::clone), 2u);
}

TEST_F(RefusalTest, a_refused_customer_is_remembered_by_the_next_run_and_freed_by_a_retry) {
  stripe_.say(Endpoint::create_customer,
              error_of(400, "invalid_request_error", "email_invalid", "bad", "email"));
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  run();
  admit({line("cus_1", "pm_3")});
  stripe_.requests.clear();
  run();
  EXPECT_EQ(stripe_.requests.size(), 0u);
  EXPECT_EQ(counts(), "failed=3");
  EXPECT_EQ(*drive(ledger_->retry({0, "", "", "pm_1"})), 3);
  run();
  EXPECT_EQ(counts(), "succeeded=3");
  EXPECT_EQ(stripe_.customers.size(), 1u);
}

TEST_F(RefusalTest, a_clone_that_proves_unusable_is_looked_at_and_replaced_at_most_three_times) {
  admit({line("cus_1", "pm_1")});
  stripe_.say(Endpoint::create_customer, unusable(), 10);
  run();
  EXPECT_EQ(counts(), "failed=1");
  EXPECT_EQ(stripe_.sent_to(Endpoint::clone), 4u);
  EXPECT_EQ(stripe_.sent_to(Endpoint::get_payment_method), 4u);
  std::set<std::string> keys;
  for (const stripe::Request& request : stripe_.requests)
    if (is_write(request.endpoint)) keys.insert(request.idempotency_key);
  EXPECT_EQ(keys.size(), 8u);
}

TEST_F(RefusalTest, a_clone_that_is_on_our_customer_already_is_done) {
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  stripe_.reply(Endpoint::attach, [this](const stripe::Request& request) {
    stripe_.execute(request);
    return unusable();
  });
  run();
  EXPECT_EQ(counts(), "succeeded=2");
  EXPECT_EQ(stripe_.sent_to(Endpoint::clone), 2u);
}

TEST_F(RefusalTest, a_look_that_was_cut_off_is_taken_up_by_the_next_run) {
  admit({line("cus_1", "pm_1")});
  stripe_.say(Endpoint::create_customer, unusable());
  stripe_.always(Endpoint::get_payment_method, [this](const stripe::Request&) {
    run_->stop.request(Why::signal, "stop");
    return test::lost();
  });
  run();
  EXPECT_EQ(counts(), "pending=1");
  stripe_.always(Endpoint::get_payment_method,
                 [this](const stripe::Request& request) { return stripe_.execute(request); });
  stripe_.requests.clear();
  run();
  EXPECT_EQ(endpoints(), "get_payment_method clone create_customer");
  EXPECT_EQ(counts(), "succeeded=1");
}

TEST_F(RefusalTest, a_lost_account_blocks_its_items_and_no_others) {
  std::vector<Entry> lines = many(30, "acct_A", "a");
  for (Entry& entry : many(3, "acct_B", "b")) lines.push_back(entry);
  admit(lines);
  const auto lose = [this](const stripe::Request& request) {
    if (request.account == "acct_A") return error_of(403, "invalid_request_error", "account_invalid", "gone");
    return stripe_.execute(request);
  };
  stripe_.always(Endpoint::clone, lose);
  test::OneRun& run = this->run();
  EXPECT_EQ(counts(), "succeeded=3 blocked=30");
  EXPECT_EQ(run.events.lost, std::vector<std::string>{"acct_A"});
  EXPECT_FALSE(run.stop.requested());
  EXPECT_EQ(stripe_.sent_to(Endpoint::clone), 4u) << "one probe finds out";

  stripe_.requests.clear();
  this->run();
  EXPECT_EQ(stripe_.requests.size(), 1u) << "one probe a run";
  stripe_.always(Endpoint::clone,
                 [this](const stripe::Request& request) { return stripe_.execute(request); });
  EXPECT_EQ(this->run().events.found, std::vector<std::string>{"acct_A"});
  EXPECT_EQ(counts(), "succeeded=33");
}

TEST_F(RefusalTest, an_account_that_is_lost_under_way_is_told_of_once) {
  admit(many(40));
  int answered = 0;
  stripe_.always(Endpoint::clone, [&](const stripe::Request& request) {
    if (++answered > 1) return error_of(403, "invalid_request_error", "account_invalid", "gone");
    return stripe_.execute(request);
  });
  test::OneRun& run = this->run();
  EXPECT_GT(answered, 2);
  EXPECT_EQ(run.events.lost, std::vector<std::string>{"acct_A"});
  EXPECT_EQ(tally().count(State::pending), 0u);
}

TEST_F(RefusalTest, a_refused_key_stops_the_run_and_touches_no_item) {
  for (const int status : {401, 403}) {
    admit(many(5, "acct_A", std::to_string(status)));
    stripe_.always(Endpoint::clone, [status](const stripe::Request&) {
      return error_of(status, "invalid_request_error", "", "Invalid API Key");
    });
    stripe_.requests.clear();
    test::OneRun& run = this->run();
    EXPECT_EQ(run.stop.why(), Why::refused);
    EXPECT_EQ(stripe_.requests.size(), 1u);
    EXPECT_EQ(tally().count(State::failed), 0u);
    EXPECT_EQ(open_items()[0].intent->state, IntentState::unsent);
    stripe_.always(Endpoint::clone,
                   [this](const stripe::Request& request) { return stripe_.execute(request); });
    this->run();
    EXPECT_EQ(tally().count(State::pending), 0u);
  }
  EXPECT_EQ(tally().possible_orphans, 0u);
}

TEST_F(RefusalTest, the_brake_stops_a_run_whose_every_answer_is_one_refusal) {
  admit(many(100));
  stripe_.always(Endpoint::clone, [](const stripe::Request&) { return declined(); });
  test::OneRun& run = this->run();
  EXPECT_EQ(run.stop.why(), Why::brake);
  EXPECT_LT(stripe_.requests.size(), 90u);
  EXPECT_GE(stripe_.requests.size(), 20u);
  EXPECT_EQ(run.brake.items().size(), tally().count(State::failed));
  EXPECT_EQ(*drive(ledger_->put_back(run.brake.items())),
            static_cast<std::int64_t>(run.brake.items().size()));
  EXPECT_EQ(counts(), "pending=100");
  stripe_.always(Endpoint::clone,
                 [this](const stripe::Request& request) { return stripe_.execute(request); });
  this->run();
  EXPECT_EQ(counts(), "succeeded=100");
}

}  // namespace
}  // namespace payferry::pipeline
