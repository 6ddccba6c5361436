#include "plan/rules.hpp"

#include <gtest/gtest.h>

namespace payferry::plan {
namespace {

constexpr std::int64_t kHour = 3600 * 1000;

TEST(Rules, are_what_the_settings_say) {
  settings::Settings settings;
  settings.mode = Mode::live;
  settings.stripe.api_key = "sk_live_1";
  settings.target.types = {"card"};
  settings.target.customer = settings::CustomerRule::none;
  settings.retry.attempts = 5;
  const Rules rules = rules_from(settings);
  EXPECT_EQ(rules.mode, Mode::live);
  EXPECT_TRUE(rules.includes("card"));
  EXPECT_FALSE(rules.includes("us_bank_account"));
  EXPECT_FALSE(rules.with_links());
  EXPECT_EQ(rules.attempts, 5);
  EXPECT_EQ(rules.api_version, settings.stripe.api_version);
}

TEST(Rules, tell_keys_apart_without_holding_them) {
  settings::Settings one;
  one.stripe.api_key = "sk_test_one";
  settings::Settings other;
  other.stripe.api_key = "sk_test_other";
  EXPECT_EQ(rules_from(one).key_digest, rules_from(one).key_digest);
  EXPECT_NE(rules_from(one).key_digest, rules_from(other).key_digest);
  EXPECT_EQ(rules_from(one).key_digest.find("sk_test"), std::string::npos);
}

class ForgottenTest : public testing::Test {
 protected:
  ForgottenTest() {
    intent_.id = 1;
    intent_.state = IntentState::unknown;
    intent_.key_digest = "key";
    intent_.first_sent = sent_;
    intent_.last_sent = sent_;
  }
  bool after(std::int64_t wall_ms, std::int64_t boot_ms, std::string boot = "boot") {
    const Stamp now{sent_.wall_ms + wall_ms, sent_.boot_ms + boot_ms, std::move(boot)};
    return is_forgotten(intent_, now, "key");
  }

  Stamp sent_{1'795'407'600'000, 5 * kHour, "boot"};
  Intent intent_;
};

TEST_F(ForgottenTest, an_intent_is_remembered_for_23_hours_and_not_a_millisecond_longer) {
  EXPECT_FALSE(after(0, 0));
  EXPECT_FALSE(after(kKeyMemoryMs - 1, kKeyMemoryMs - 1));
  EXPECT_TRUE(after(kKeyMemoryMs, kKeyMemoryMs));
}

TEST_F(ForgottenTest, the_larger_of_the_two_clocks_counts) {
  EXPECT_TRUE(after(kKeyMemoryMs, kHour));
  EXPECT_TRUE(after(kHour, kKeyMemoryMs));
  EXPECT_TRUE(after(-kHour, kKeyMemoryMs));
}

TEST_F(ForgottenTest, the_boot_clock_counts_only_within_one_boot) {
  EXPECT_FALSE(after(kHour, kKeyMemoryMs, "another boot"));
  EXPECT_TRUE(after(kKeyMemoryMs, -kHour, "another boot"));
}

TEST_F(ForgottenTest, the_first_sending_counts_and_not_the_last) {
  intent_.last_sent.wall_ms += kKeyMemoryMs;
  intent_.last_sent.boot_ms += kKeyMemoryMs;
  EXPECT_TRUE(after(kKeyMemoryMs, kKeyMemoryMs));
}

TEST_F(ForgottenTest, an_age_that_is_not_known_is_too_old) {
  EXPECT_TRUE(is_forgotten(intent_, sent_, "key", true));
  intent_.state = IntentState::unsent;
  EXPECT_FALSE(is_forgotten(intent_, sent_, "key", true));
}

TEST_F(ForgottenTest, another_api_key_remembers_nothing) {
  EXPECT_TRUE(is_forgotten(intent_, sent_, "another key"));
}

TEST_F(ForgottenTest, what_was_certainly_not_executed_or_is_settled_cannot_be_forgotten) {
  for (const IntentState state : {IntentState::unsent, IntentState::settled}) {
    intent_.state = state;
    EXPECT_FALSE(after(10 * kKeyMemoryMs, 10 * kKeyMemoryMs));
    EXPECT_FALSE(is_forgotten(intent_, sent_, "another key"));
  }
  intent_.state = IntentState::open;
  EXPECT_TRUE(after(10 * kKeyMemoryMs, 10 * kKeyMemoryMs));
  intent_.id = 0;
  EXPECT_FALSE(after(10 * kKeyMemoryMs, 10 * kKeyMemoryMs));
}

}  // namespace
}  // namespace payferry::plan
