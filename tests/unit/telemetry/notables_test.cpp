#include "telemetry/notables.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>

#include "telemetry/live.hpp"

namespace payferry::telemetry {
namespace {

TEST(Notables, the_newest_errors_and_changes_are_kept) {
  Notables notables;
  for (int at = 0; at < 100; ++at) {
    notables.saw({at, "acct_1", Endpoint::clone, "refused", "card_declined", "req"});
    notables.steered({at, "page", "rate", "", "1", "2"});
  }
  ASSERT_EQ(notables.errors.size(), Notables::kMostErrors);
  EXPECT_EQ(notables.errors.back().at_ms, 99);
  EXPECT_EQ(notables.errors.front().at_ms, 80);
  ASSERT_EQ(notables.changes.size(), Notables::kMostChanges);
  EXPECT_EQ(notables.changes.back().at_ms, 99);
}

TEST(Notables, an_account_stands_once_under_its_present_trouble) {
  Notables notables;
  notables.in_trouble({"acct_1", "held", "", 1});
  notables.in_trouble({"acct_2", "held", "", 2});
  notables.in_trouble({"acct_1", "lost", "account_invalid", 3});
  ASSERT_EQ(notables.accounts.size(), 2U);
  EXPECT_EQ(notables.accounts.back().state, "lost");
  notables.recovered("acct_2");
  EXPECT_EQ(notables.accounts.size(), 1U);
  for (int at = 0; at < 1000; ++at) notables.in_trouble({"acct_x" + std::to_string(at), "lost", "", 4});
  EXPECT_EQ(notables.accounts.size(), Notables::kMostAccounts);
}

TEST(Notables, a_history_of_days_is_as_short_as_one_of_minutes) {
  Notables notables;
  for (int quarter = 0; quarter < 4 * 200'000; ++quarter)
    notables.sample({quarter / 4.0, static_cast<std::uint64_t>(quarter), 0, 0, 0, 0});
  EXPECT_LE(notables.history.size(), Notables::kMostSamples);
  EXPECT_GT(notables.history.size(), Notables::kMostSamples / 2 - 1);
  EXPECT_LE(notables.history.front().seconds, 1);
  EXPECT_GT(notables.history.back().seconds, 198'000);
  for (std::size_t at = 1; at < notables.history.size(); ++at)
    EXPECT_GT(notables.history[at].seconds, notables.history[at - 1].seconds);
}

TEST(Live, tells_everything_of_a_run_on_one_line) {
  Snapshot now;
  now.job = "nightly";
  now.moving = true;
  now.items.read = 10;
  now.notables.saw({5, "acct_2", Endpoint::attach, "refused", "card_declined", "req_1"});
  now.notables.steered({6, "uid 0", "rate", "", "80", "50"});
  now.notables.sample({1, 2, 3, 4, 5, 6});
  now.skipped_accounts = {"acct_1"};
  const std::string text = live_json(now, 7);
  EXPECT_EQ(text.find('\n'), std::string::npos);
  rapidjson::Document live;
  live.Parse(text.data(), text.size());
  ASSERT_FALSE(live.HasParseError()) << text;
  EXPECT_STREQ(live["state"].GetString(), "moving");
  EXPECT_TRUE(live["pace"]["seconds_left"].IsNull());
  EXPECT_STREQ(live["errors"][0]["request_id"].GetString(), "req_1");
  EXPECT_STREQ(live["errors"][0]["account"].GetString(), "acct_2");
  EXPECT_STREQ(live["steering"]["skipped_accounts"][0].GetString(), "acct_1");
  EXPECT_EQ(live["history"][0].Size(), 6U);
  now.paused = true;
  EXPECT_NE(live_json(now, 7).find(R"("state":"paused")"), std::string::npos);
  now.stopping = true;
  EXPECT_NE(live_json(now, 7).find(R"("state":"stopping")"), std::string::npos);
}

}  // namespace
}  // namespace payferry::telemetry
