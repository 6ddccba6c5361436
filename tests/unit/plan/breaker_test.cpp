#include "plan/breaker.hpp"

#include <gtest/gtest.h>

namespace payferry::plan {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;
using stripe::Kind;
using Act = Breakers::Act;

constexpr std::uint32_t kSick = 0;
constexpr std::uint32_t kFine = 1;
const SteadyTime kStart{std::chrono::hours(1)};

Breakers breakers() {
  return Breakers(breaker_rules(seconds(60), 8));
}

// Until the breaker of kSick has just opened; kFine is answered in between.
void open(Breakers& b) {
  for (int i = 0; i < 9; ++i) EXPECT_EQ(b.answered(kSick, Health::bad, kStart), Act::none);
  b.answered(kFine, Health::good, kStart);
  EXPECT_EQ(b.answered(kSick, Health::bad, kStart), Act::hold);
}

TEST(Breaker, ARowOfBadAnswersOpensItWhileAnotherAccountWorks) {
  Breakers b = breakers();
  open(b);
  EXPECT_TRUE(b.open(kSick));
  EXPECT_FALSE(b.open(kFine));
  EXPECT_EQ(b.until(kSick), kStart + seconds(30));
}

TEST(Breaker, WhatAllAccountsSufferOpensNone) {
  Breakers b = breakers();
  b.answered(kFine, Health::good, kStart);
  for (int i = 0; i < 100; ++i) {
    EXPECT_EQ(b.answered(kSick, Health::bad, kStart), Act::none);
    EXPECT_EQ(b.answered(kFine, Health::bad, kStart), Act::none);
  }
}

TEST(Breaker, AGoodAnswerBreaksTheRow) {
  Breakers b = breakers();
  for (int row = 0; row < 5; ++row) {
    for (int i = 0; i < 9; ++i) {
      EXPECT_EQ(b.answered(kSick, Health::bad, kStart), Act::none);
      b.answered(kFine, Health::good, kStart);
    }
    EXPECT_EQ(b.answered(kSick, Health::good, kStart), Act::none);
  }
}

TEST(Breaker, WhatSaysNothingAboutTheAccountLeavesTheRowAsItIs) {
  Breakers b = breakers();
  for (int i = 0; i < 9; ++i) b.answered(kSick, Health::bad, kStart);
  b.answered(kFine, Health::good, kStart);
  EXPECT_EQ(b.answered(kSick, Health::neither, kStart), Act::none);
  EXPECT_EQ(b.answered(kSick, Health::bad, kStart), Act::hold);
}

TEST(Breaker, LateAnswersFromBeforeItOpenedAreNoProbes) {
  Breakers b = breakers();
  open(b);
  EXPECT_EQ(b.answered(kSick, Health::bad, kStart + seconds(29)), Act::none);
  EXPECT_EQ(b.until(kSick), kStart + seconds(30));
}

TEST(Breaker, PausesDoubleFromHalfAMinuteToTenMinutes) {
  Breakers b = breakers();
  open(b);
  SteadyTime now = kStart;
  std::vector<long> pauses;
  for (int probe = 0; probe < 7; ++probe) {
    now = b.until(kSick);
    ASSERT_EQ(b.answered(kSick, Health::bad, now), Act::hold);
    pauses.push_back(std::chrono::duration_cast<seconds>(b.until(kSick) - now).count());
  }
  EXPECT_EQ(pauses, (std::vector<long>{60, 120, 240, 480, 600, 600, 600}));
}

TEST(Breaker, GivesUpAfterAsManyProbesAsThereAreAttempts) {
  Breakers b(breaker_rules(seconds(60), 2));
  open(b);
  EXPECT_EQ(b.answered(kSick, Health::bad, b.until(kSick)), Act::hold);
  EXPECT_EQ(b.answered(kSick, Health::bad, b.until(kSick)), Act::give_up);
  EXPECT_EQ(b.answered(kSick, Health::bad, kStart + minutes(60)), Act::none);
}

TEST(Breaker, AProbeThatIsAnsweredWellClosesIt) {
  Breakers b = breakers();
  open(b);
  EXPECT_EQ(b.answered(kSick, Health::bad, b.until(kSick)), Act::hold);
  EXPECT_EQ(b.answered(kSick, Health::good, b.until(kSick)), Act::release);
  EXPECT_FALSE(b.open(kSick));
  EXPECT_EQ(b.answered(kSick, Health::good, kStart), Act::none);
  open(b);
}

stripe::Verdict verdict(Kind kind, int status, std::string code) {
  stripe::Verdict made;
  made.kind = kind;
  made.status = status;
  made.code = std::move(code);
  return made;
}

TEST(Breaker, OnlyTroubleOfTheAccountIsBad) {
  const std::pair<stripe::Verdict, Health> cases[] = {
      {verdict(Kind::done, 200, ""), Health::good},
      {verdict(Kind::refused, 402, "card_declined"), Health::good},
      {verdict(Kind::refused, 404, "resource_missing"), Health::good},
      {verdict(Kind::refused, 400, "invalid_request_error"), Health::good},
      {verdict(Kind::refused, 400, "payment_method_unactivated"), Health::bad},
      {verdict(Kind::refused, 400, "account_closed"), Health::bad},
      {verdict(Kind::unknown, 500, "api_error"), Health::bad},
      {verdict(Kind::unknown, 200, "malformed"), Health::bad},
      {verdict(Kind::unknown, 0, "timeout"), Health::bad},
      {verdict(Kind::unknown, 409, "idempotency_key_in_use"), Health::neither},
      {verdict(Kind::throttled, 429, "rate_limit"), Health::neither},
      {verdict(Kind::key_conflict, 400, "idempotency_error"), Health::neither},
      {verdict(Kind::account_lost, 403, "account_invalid"), Health::neither},
      {verdict(Kind::key_rejected, 401, "api_key_expired"), Health::neither},
  };
  for (const auto& [seen, expected] : cases) EXPECT_EQ(health_of(seen), expected) << seen.code;
}

}  // namespace
}  // namespace payferry::plan
