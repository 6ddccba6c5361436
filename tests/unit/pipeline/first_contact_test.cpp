#include "pipeline/first_contact.hpp"

#include <gtest/gtest.h>

#include "support/fake_stripe.hpp"
#include "support/run_task.hpp"

namespace payferry::pipeline {
namespace {

using namespace payferry::test;

class FirstContactTest : public testing::Test {
 protected:
  Result<Contact> ask() {
    return run_task(context_, time_, first_contact(context_, stripe_, time_, "2026-09-30.endive"));
  }
  double seconds_gone() const {
    return std::chrono::duration<double>(time_.clock().steady() - began_).count();
  }

  boost::asio::io_context context_{1};
  FakeTime time_{context_};
  FakeStripe stripe_{time_};
  SteadyTime began_ = time_.clock().steady();
};

TEST_F(FirstContactTest, tells_whose_key_it_is_by_one_read) {
  const Result<Contact> contact = ask();
  ASSERT_TRUE(contact);
  EXPECT_EQ(contact->platform, "acct_platform");
  ASSERT_EQ(stripe_.requests.size(), 1u);
  EXPECT_EQ(stripe_.requests[0].path, "/v1/account");
  EXPECT_EQ(stripe_.requests[0].account, "");
  EXPECT_EQ(stripe_.requests[0].idempotency_key, "");
  EXPECT_EQ(stripe_.requests[0].api_version, "2026-09-30.endive");
}

TEST_F(FirstContactTest, a_refused_key_is_not_asked_twice) {
  stripe_.say(Endpoint::get_own_account, error_of(401, "invalid_request_error", "", "Invalid API Key"));
  const Result<Contact> contact = ask();
  ASSERT_FALSE(contact);
  EXPECT_EQ(contact.error().code, Errc::refused);
  EXPECT_EQ(stripe_.requests.size(), 1u);
}

TEST_F(FirstContactTest, passing_trouble_is_waited_out) {
  stripe_.say(Endpoint::get_own_account, answer_of(503, "busy"), 2);
  stripe_.say(Endpoint::get_own_account, throttled("global-rate"));
  stripe_.say(Endpoint::get_own_account, lost());
  EXPECT_TRUE(ask());
  EXPECT_EQ(stripe_.requests.size(), 5u);
}

TEST_F(FirstContactTest, no_connection_is_tried_for_less_than_30_seconds) {
  stripe_.refuse_connections(1000, make_error(Errc::unreachable, "connection refused"));
  const Result<Contact> contact = ask();
  ASSERT_FALSE(contact);
  EXPECT_EQ(contact.error().code, Errc::unreachable);
  EXPECT_GT(seconds_gone(), 10);
  EXPECT_LE(seconds_gone(), 30);
}

TEST_F(FirstContactTest, a_peer_that_cannot_be_trusted_is_not_asked_twice) {
  stripe_.refuse_connections(1, make_error(Errc::untrusted, "self-signed"));
  const Result<Contact> contact = ask();
  ASSERT_FALSE(contact);
  EXPECT_EQ(contact.error().code, Errc::untrusted);
  EXPECT_EQ(stripe_.requests.size(), 0u);
}

TEST_F(FirstContactTest, a_peer_that_never_answers_is_given_up_in_time) {
  stripe_.fall_silent();
  const Result<Contact> contact = ask();
  ASSERT_FALSE(contact);
  EXPECT_EQ(contact.error().code, Errc::unreachable);
  EXPECT_LE(seconds_gone(), 30);
}

TEST_F(FirstContactTest, being_stopped_ends_it) {
  stripe_.fall_silent();
  Started<Result<Contact>> asking(context_, first_contact(context_, stripe_, time_, ""));
  time_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(asking.done());
  stripe_.abort();
  time_.advance(std::chrono::seconds(0));
  ASSERT_TRUE(asking.done());
  const Result<Contact> contact = asking.take();
  ASSERT_FALSE(contact);
  EXPECT_EQ(contact.error().code, Errc::stopped);
}

}  // namespace
}  // namespace payferry::pipeline
