#include <gtest/gtest.h>

#include "loading.hpp"

namespace payferry::settings {
namespace {

TEST(Limits, takes_endpoints_accounts_and_a_timetable) {
  const Loaded loaded = test::load_job(
      test::minimal("limits:\n"
                    "  in_flight: auto\n"
                    "  scope: learn\n"
                    "  endpoints: { clone: 24, attach: 10 }\n"
                    "  accounts:\n"
                    "    acct_A: { global: 9, endpoint: 5, in_flight: 3, weight: 2.5, priority: -1 }\n"
                    "  schedule:\n"
                    "    zone: Europe/Berlin\n"
                    "    windows:\n"
                    "      - { days: mon-fri, hours: 08:00-18:00, global: 20, endpoint: 5 }\n"
                    "      - { days: \"sat, sun\", hours: 22:00-06:00, paused: true }\n"));
  EXPECT_EQ(test::mistakes_of(loaded), std::vector<std::string>{});
  const LimitSettings& limits = loaded.settings.limits;
  EXPECT_EQ(limits.in_flight, 0);
  EXPECT_EQ(limits.scope, LimitScope::learn);
  EXPECT_EQ(limits.endpoints, (std::map<Endpoint, double>{{Endpoint::clone, 24}, {Endpoint::attach, 10}}));
  const AccountLimits& account = limits.accounts.at("acct_A");
  EXPECT_EQ(account.global, 9);
  EXPECT_EQ(account.endpoint, 5);
  EXPECT_EQ(account.in_flight, 3);
  EXPECT_EQ(account.weight, 2.5);
  EXPECT_EQ(account.priority, -1);
  ASSERT_EQ(limits.schedule.windows.size(), 2u);
  EXPECT_EQ(limits.schedule.zone->name(), "Europe/Berlin");
  const LimitWindow& day = limits.schedule.windows[0];
  EXPECT_EQ(day.days, 31u);
  EXPECT_EQ(day.from, 480);
  EXPECT_EQ(day.to, 1080);
  EXPECT_EQ(day.global, 20);
  EXPECT_EQ(day.endpoint, 5);
  EXPECT_EQ(limits.schedule.windows[1].days, 96u);
  EXPECT_TRUE(limits.schedule.windows[1].paused);
}

struct Wrong {
  std::string text;
  std::string message;
};

TEST(Limits, says_what_is_wrong_and_how_to_mend_it) {
  const std::vector<Wrong> cases{
      {"endpoints: { clon: 20 }", "did you mean `clone`?"},
      {"endpoints: { clone: fast }",
       "limits.endpoints.clone: `fast` is not a number: give requests per second"},
      {"endpoints: 20", "limits.endpoints: holds no keys: give endpoints and their rates"},
      {"accounts: { A: { global: 1 } }", "is not an account's id: give acct_…"},
      {"accounts: { acct_A: { globl: 1 } }", "did you mean `global`?"},
      {"accounts: { acct_A: { weight: 0 } }", "limits.accounts.acct_A.weight: `0` is out of range"},
      {"accounts: { acct_A: 5 }", "limits.accounts.acct_A: holds no keys"},
      {"schedule: { windows: [{ global: 5 }] }", "limits.schedule.zone: is missing: give a time zone"},
      {"schedule: { zone: Europe/Berlin }", "limits.schedule.windows: is missing"},
      {"schedule: { zone: Mars/Olympus, windows: [{ global: 5 }] }",
       "`Mars/Olympus` is not in this machine's"},
      {"schedule: { zone: UTC, windows: [{ days: montag, global: 5 }] }",
       "`montag` names no days: give days such"},
      {"schedule: { zone: UTC, windows: [{ hours: 8-18, global: 5 }] }", "`8-18` is not a span of hours"},
      {"schedule: { zone: UTC, windows: [{ hours: 08:00-08:00, global: 5 }] }", "is an empty span"},
      {"schedule: { zone: UTC, windows: [{ days: mon }] }", "changes nothing: give global"},
      {"schedule: { zone: UTC, windows: [{ paused: maybe }] }", "give true or false"},
  };
  for (const Wrong& wrong : cases) {
    const Loaded loaded = test::load_job(test::minimal("limits:\n  " + wrong.text + "\n"));
    ASSERT_EQ(loaded.mistakes.size(), 1u) << wrong.text;
    const std::string message = to_string(loaded.mistakes[0]);
    EXPECT_NE(message.find(wrong.message), std::string::npos) << message;
    EXPECT_GT(loaded.mistakes[0].line, 0) << wrong.text;
  }
}

}  // namespace
}  // namespace payferry::settings
