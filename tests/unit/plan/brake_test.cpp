#include "plan/brake.hpp"

#include <gtest/gtest.h>

namespace payferry::plan {
namespace {

class BrakeTest : public testing::Test {
 protected:
  void refuse(int times, const std::string& code, const std::string& account = "acct_A",
              Step step = Step::clone) {
    for (int i = 0; i < times; ++i) brake_.answered(step, account, code, ++item_);
  }
  void succeed(Step step = Step::clone) { brake_.answered(step, "acct_A", "", ++item_); }

  Brake brake_;
  std::int64_t item_ = 0;
};

TEST_F(BrakeTest, the_first_20_answers_to_a_step_with_one_code_trip_it) {
  refuse(19, "card_declined");
  EXPECT_FALSE(brake_.tripped());
  refuse(1, "card_declined");
  EXPECT_TRUE(brake_.tripped());
  EXPECT_EQ(brake_.items().size(), 20u);
  EXPECT_NE(brake_.reason().find("card_declined"), std::string::npos);
  EXPECT_NE(brake_.reason().find("clone"), std::string::npos);
}

TEST_F(BrakeTest, one_success_at_the_beginning_lifts_the_first_rule) {
  succeed();
  refuse(49, "card_declined");
  EXPECT_FALSE(brake_.tripped());
}

TEST_F(BrakeTest, another_code_at_the_beginning_lifts_the_first_rule) {
  refuse(10, "card_declined");
  refuse(1, "expired_card");
  refuse(19, "card_declined");
  EXPECT_FALSE(brake_.tripped());
}

TEST_F(BrakeTest, each_step_has_a_beginning_of_its_own) {
  for (int i = 0; i < 19; ++i) {
    succeed(Step::clone);
    refuse(1, "email_invalid", "acct_A", Step::create_customer);
    EXPECT_FALSE(brake_.tripped());
  }
  succeed(Step::clone);
  refuse(1, "email_invalid", "acct_A", Step::create_customer);
  EXPECT_TRUE(brake_.tripped());
  EXPECT_EQ(brake_.items().size(), 20u);
}

TEST_F(BrakeTest, later_50_in_a_row_over_several_accounts_trip_it) {
  succeed();
  refuse(25, "card_declined", "acct_A");
  refuse(24, "card_declined", "acct_B");
  EXPECT_FALSE(brake_.tripped());
  refuse(1, "card_declined", "acct_A");
  EXPECT_TRUE(brake_.tripped());
  EXPECT_EQ(brake_.items().size(), 50u);
}

TEST_F(BrakeTest, one_accounts_refusals_alone_never_trip_it_later) {
  succeed();
  refuse(1000, "card_declined", "acct_A");
  EXPECT_FALSE(brake_.tripped());
  refuse(1, "card_declined", "acct_B");
  EXPECT_TRUE(brake_.tripped());
}

TEST_F(BrakeTest, a_row_ends_with_a_success_and_with_another_code) {
  succeed();
  refuse(49, "card_declined", "acct_A");
  succeed();
  refuse(49, "card_declined", "acct_B");
  refuse(1, "expired_card", "acct_B");
  refuse(49, "card_declined", "acct_A");
  EXPECT_FALSE(brake_.tripped());
}

TEST_F(BrakeTest, what_was_in_flight_when_it_tripped_goes_back_too) {
  refuse(20, "card_declined");
  refuse(2, "card_declined");
  refuse(1, "expired_card");
  succeed();
  EXPECT_EQ(brake_.items().size(), 22u);
  EXPECT_EQ(brake_.items().back(), 22);
  EXPECT_TRUE(brake_.tripped());
}

}  // namespace
}  // namespace payferry::plan
