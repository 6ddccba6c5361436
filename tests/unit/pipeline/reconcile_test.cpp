#include "world.hpp"

// What is lost for good is asked for, never guessed (DESIGN 4, point 5).
namespace payferry::pipeline {
namespace {

class ReconcileTest : public test::WorldTest {
 protected:
  // Runs until the write to this endpoint is parked as unknown, then lets Stripe forget it.
  void lose_for_good(Endpoint endpoint, bool executed) {
    if (executed)
      stripe_.lose(endpoint, rules_.attempts);
    else
      stripe_.say(endpoint, test::lost(), rules_.attempts);
    run();
    ASSERT_EQ(tally().pending_reasons["unknown"], 1u);
    stripe_.forget_keys();
    time_.advance(std::chrono::hours(24));
    stripe_.requests.clear();
  }
};

TEST_F(ReconcileTest, an_attach_that_took_place_is_found_on_the_clone) {
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  lose_for_good(Endpoint::attach, true);
  run();
  EXPECT_EQ(endpoints(), "get_payment_method");
  EXPECT_EQ(counts(), "succeeded=2");
}

TEST_F(ReconcileTest, an_attach_that_did_not_take_place_goes_to_its_next_generation) {
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  lose_for_good(Endpoint::attach, false);
  run();
  EXPECT_EQ(endpoints(), "get_payment_method attach");
  EXPECT_EQ(counts(), "succeeded=2");
}

TEST_F(ReconcileTest, an_attach_to_somebody_else_fails) {
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  lose_for_good(Endpoint::attach, false);
  stripe_.methods.at("pm_clone_2").customer = "cus_elsewhere";
  run();
  EXPECT_EQ(counts(), "succeeded=1 failed=1");
  EXPECT_EQ(tally().failures.at("attached_elsewhere"), 1u);
}

TEST_F(ReconcileTest, a_customer_that_was_made_is_found_on_the_clone) {
  admit({line("cus_1", "pm_1"), line("cus_1", "pm_2")});
  lose_for_good(Endpoint::create_customer, true);
  run();
  EXPECT_EQ(endpoints(), "get_payment_method clone attach");
  EXPECT_EQ(counts(), "succeeded=2");
  EXPECT_EQ(stripe_.customers.size(), 1u);
}

TEST_F(ReconcileTest, a_customer_without_its_clone_is_found_by_our_marker) {
  admit({line("cus_1", "pm_1")});
  lose_for_good(Endpoint::create_customer, true);
  stripe_.methods.at("pm_clone_1").customer.clear();
  run();
  EXPECT_EQ(endpoints(), "get_payment_method list_customers attach");
  EXPECT_EQ(counts(), "succeeded=1");
  EXPECT_EQ(stripe_.customers.size(), 1u);
}

TEST_F(ReconcileTest, of_several_customers_the_oldest_is_taken_and_said_so) {
  admit({line("cus_1", "pm_1")});
  lose_for_good(Endpoint::create_customer, true);
  stripe_.methods.at("pm_clone_1").customer.clear();
  test::FakeStripe::Customer older = stripe_.customers.at("cus_new_1");
  older.created -= 5;
  stripe_.customers["cus_older"] = older;
  EXPECT_EQ(run().events.several, std::vector<std::string>{"cus_older"});
  EXPECT_EQ(stripe_.attached_to("cus_older"), "pm_1");
}

TEST_F(ReconcileTest, a_customer_that_is_nowhere_is_made_after_two_hours) {
  admit({line("cus_1", "pm_1")});
  lose_for_good(Endpoint::create_customer, false);
  run();
  EXPECT_EQ(endpoints(), "get_payment_method list_customers create_customer");
  EXPECT_EQ(counts(), "succeeded=1");
}

TEST_F(ReconcileTest, and_not_before) {
  admit({line("cus_1", "pm_1")});
  stripe_.say(Endpoint::create_customer, test::error_of(400, "idempotency_error"));
  EXPECT_EQ(run().events.parks, std::vector<std::string>{"pm_1 settling"});
  run();
  EXPECT_EQ(stripe_.sent_to(Endpoint::create_customer), 1u);
  EXPECT_EQ(counts(), "pending=1");
  time_.advance(std::chrono::hours(3));
  run();
  EXPECT_EQ(stripe_.sent_to(Endpoint::create_customer), 2u);
  EXPECT_EQ(counts(), "succeeded=1");
}

TEST_F(ReconcileTest, nothing_is_concluded_from_a_listing_that_was_refused) {
  admit({line("cus_1", "pm_1"), line("cus_2", "pm_2")});
  stripe_.lose(Endpoint::create_customer, 2 * rules_.attempts);
  run();
  ASSERT_EQ(stripe_.customers.size(), 2u);
  for (auto& [id, method] : stripe_.methods) method.customer.clear();
  stripe_.forget_keys();
  time_.advance(std::chrono::hours(24));
  stripe_.always(Endpoint::list_customers, [](const stripe::Request&) {
    return test::error_of(400, "invalid_request_error", "parameter_unknown", "no", "created");
  });
  run();
  EXPECT_EQ(counts(), "pending=2");
  EXPECT_EQ(stripe_.customers.size(), 2u);
}

TEST_F(ReconcileTest, nothing_is_concluded_from_a_listing_of_an_account_that_is_lost) {
  admit({line("cus_1", "pm_1"), line("cus_2", "pm_2")});
  stripe_.lose(Endpoint::create_customer, 2 * rules_.attempts);
  run();
  for (auto& [id, method] : stripe_.methods) method.customer.clear();
  stripe_.forget_keys();
  time_.advance(std::chrono::hours(24));
  stripe_.always(Endpoint::list_customers, [](const stripe::Request&) {
    return test::error_of(403, "invalid_request_error", "account_invalid", "gone");
  });
  run();
  EXPECT_EQ(counts(), "pending=2");
  stripe_.always(Endpoint::list_customers,
                 [this](const stripe::Request& request) { return stripe_.execute(request); });
  run();
  EXPECT_EQ(counts(), "succeeded=2");
  EXPECT_EQ(stripe_.customers.size(), 2u);
}

TEST_F(ReconcileTest, one_listing_serves_all_lost_creations_of_an_account) {
  admit({line("cus_1", "pm_1"), line("cus_2", "pm_2"), line("cus_3", "pm_3")});
  stripe_.lose(Endpoint::create_customer, 3 * rules_.attempts);
  run();
  for (auto& [id, method] : stripe_.methods) method.customer.clear();
  stripe_.forget_keys();
  time_.advance(std::chrono::hours(24));
  run();
  EXPECT_EQ(stripe_.sent_to(Endpoint::list_customers), 1u);
  EXPECT_EQ(counts(), "succeeded=3");
}

TEST_F(ReconcileTest, a_default_is_looked_up) {
  for (const bool executed : {true, false}) {
    const std::string name = executed ? "a" : "b";
    Entry marked = line("cus_" + name, "pm_2" + name);
    marked.content.is_default = true;
    admit({line("cus_" + name, "pm_1" + name), marked});
    lose_for_good(Endpoint::set_default, executed);
    run();
    EXPECT_EQ(endpoints(), executed ? "get_customer" : "get_customer set_default");
    EXPECT_EQ(tally().count(State::pending), 0u);
  }
}

}  // namespace
}  // namespace payferry::pipeline
