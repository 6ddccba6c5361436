#include "plan/preflight.hpp"

#include <gtest/gtest.h>

namespace payferry::plan {
namespace {

using Texts = std::vector<std::string>;
using Capabilities = std::vector<std::pair<std::string, std::string>>;

const Capabilities kBoth{
    {"card_payments", "active"}, {"us_bank_account_ach_payments", "active"}, {"transfers", "inactive"}};
const Texts kBothTypes{"card", "us_bank_account"};

struct Case {
  std::string what;
  bool charges_enabled;
  std::string country;
  Capabilities capabilities;
  Texts types;
  std::string not_ready;  // code
  Texts warnings;         // codes
};

TEST(Preflight, TellsWhetherAnAccountCanTakeWhatIsMoved) {
  const Case cases[] = {
      {"all active", true, "US", kBoth, kBothTypes, "", {}},
      {"charges are not enabled", false, "US", kBoth, kBothTypes, "account_not_ready", {}},
      {"cards only, and only cards are moved", true, "US", {{"card_payments", "active"}}, {"card"}, "", {}},
      {"cards only, and both are moved",
       true,
       "US",
       {{"card_payments", "active"}},
       kBothTypes,
       "",
       {"capability_us_bank_account_ach_payments_inactive"}},
      {"cards inactive, and only cards are moved",
       true,
       "US",
       {{"card_payments", "inactive"}},
       {"card"},
       "capability_card_payments_inactive",
       {}},
      {"cards pending",
       true,
       "US",
       {{"card_payments", "pending"}},
       {"card"},
       "capability_card_payments_pending",
       {}},
      {"neither",
       true,
       "US",
       {},
       kBothTypes,
       "capability_card_payments_inactive",
       {"capability_us_bank_account_ach_payments_inactive"}},
      {"another country", true, "DE", kBoth, kBothTypes, "", {"account_country_differs"}},
      {"no country", true, "", kBoth, kBothTypes, "", {}},
      {"not ready in another country",
       false,
       "DE",
       kBoth,
       kBothTypes,
       "account_not_ready",
       {"account_country_differs"}},
  };
  for (const Case& c : cases) {
    const stripe::Account account{"acct_A", c.country, c.charges_enabled, c.capabilities};
    const Readiness judged = judge_account(account, "US", c.types);
    EXPECT_EQ(judged.not_ready.code, c.not_ready) << c.what;
    EXPECT_EQ(judged.ready(), c.not_ready.empty()) << c.what;
    EXPECT_EQ(judged.not_ready.message.empty(), c.not_ready.empty()) << c.what;
    Texts codes;
    for (const Remark& warning : judged.warnings) codes.push_back(warning.code);
    EXPECT_EQ(codes, c.warnings) << c.what;
  }
}

TEST(Preflight, APlatformWithoutACountryDiffersFromNone) {
  EXPECT_TRUE(judge_account({"acct_A", "DE", true, kBoth}, "", kBothTypes).warnings.empty());
}

stripe::Verdict verdict(stripe::Kind kind, int status) {
  stripe::Verdict made;
  made.kind = kind;
  made.status = status;
  return made;
}

TEST(Preflight, WhatCannotBeReadIsNoReasonToStopUnlessTheAccountOrTheKeyIsRefused) {
  using stripe::Kind;
  EXPECT_EQ(after_account_read(verdict(Kind::account_lost, 403), "acct_A"), Seen::lost);
  EXPECT_EQ(after_account_read(verdict(Kind::key_rejected, 401), "acct_A"), Seen::refused);
  EXPECT_EQ(after_account_read(verdict(Kind::key_rejected, 403), "acct_A"), Seen::nothing);
  EXPECT_EQ(after_account_read(verdict(Kind::refused, 404), "acct_A"), Seen::nothing);
  EXPECT_EQ(after_account_read(verdict(Kind::unknown, 500), "acct_A"), Seen::nothing);
  stripe::Verdict seen = verdict(Kind::done, 200);
  seen.object = stripe::Account{"acct_A", "US", true, {}};
  EXPECT_EQ(after_account_read(seen, "acct_A"), Seen::account);
  EXPECT_EQ(after_account_read(seen, "acct_B"), Seen::nothing) << "another account than was asked for";
}

}  // namespace
}  // namespace payferry::plan
