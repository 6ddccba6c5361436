#include "telemetry/log.hpp"

#include <gtest/gtest.h>
#include <rapidjson/document.h>
#include <spdlog/sinks/ostream_sink.h>

#include <limits>
#include <sstream>
#include <thread>
#include <vector>

#include "support/fake_time.hpp"

namespace payferry::telemetry {
namespace {

using std::chrono::milliseconds;

class LogTest : public testing::Test {
 protected:
  std::unique_ptr<Log> log(LogLevel level, LogFormat format) {
    return std::make_unique<Log>(level, format, clock_,
                                 std::make_shared<spdlog::sinks::ostream_sink_mt>(out_));
  }
  std::vector<std::string> lines() const {
    std::vector<std::string> all;
    std::istringstream text(out_.str());
    for (std::string line; std::getline(text, line);) all.push_back(line);
    return all;
  }

  test::FakeClock clock_;
  std::ostringstream out_;
};

TEST_F(LogTest, a_text_line_says_when_how_grave_what_and_about_what) {
  log(LogLevel::info, LogFormat::text)
      ->info("item_failed", {{"account", "acct_1"},
                             {"code", std::string("card_declined")},
                             {"attempt", 3},
                             {"line", std::uint64_t{18446744073709551615u}},
                             {"seconds", 0.25},
                             {"live", false},
                             {"message", "Your card was declined."}});
  ASSERT_EQ(lines().size(), 1u);
  EXPECT_EQ(lines()[0],
            "2026-11-23T04:20:00Z info item_failed account=acct_1 code=card_declined attempt=3 "
            "line=18446744073709551615 seconds=0.25 live=false message=\"Your card was declined.\"");
}

TEST_F(LogTest, a_json_line_is_one_object_with_the_same_fields) {
  log(LogLevel::info, LogFormat::json)
      ->error("odd", {{"message", "a \"b\"\n\\ \xFF ü"},
                      {"count", -5},
                      {"rate", 19.75},
                      {"ratio", std::numeric_limits<double>::infinity()},
                      {"live", true}});
  ASSERT_EQ(lines().size(), 1u);
  rapidjson::Document line;
  line.Parse<rapidjson::kParseIterativeFlag | rapidjson::kParseValidateEncodingFlag>(lines()[0].c_str());
  ASSERT_FALSE(line.HasParseError()) << lines()[0];
  EXPECT_STREQ(line["time"].GetString(), "2026-11-23T04:20:00Z");
  EXPECT_STREQ(line["level"].GetString(), "error");
  EXPECT_STREQ(line["event"].GetString(), "odd");
  EXPECT_STREQ(line["message"].GetString(), "a \"b\"\n\\ \xEF\xBF\xBD ü");
  EXPECT_EQ(line["count"].GetInt(), -5);
  EXPECT_EQ(line["rate"].GetDouble(), 19.75);
  EXPECT_STREQ(line["ratio"].GetString(), "inf");
  EXPECT_TRUE(line["live"].GetBool());
}

TEST_F(LogTest, nothing_secret_and_nobody_gets_into_a_line) {
  for (const LogFormat format : {LogFormat::text, LogFormat::json})
    log(LogLevel::info, format)
        ->info("refused",
               {{"message", "Invalid API Key provided: sk_live_abc123"}, {"customer", "jane@example.com"}});
  EXPECT_EQ(out_.str().find("abc123"), std::string::npos) << out_.str();
  EXPECT_EQ(out_.str().find("jane"), std::string::npos) << out_.str();
}

TEST_F(LogTest, a_value_cannot_forge_a_line_or_speak_to_the_terminal) {
  log(LogLevel::info, LogFormat::text)
      ->info("odd", {{"message", "x\n2026-11-23T04:20:00Z error forged\x1b[2J\r"}});
  EXPECT_EQ(lines().size(), 1u);
  EXPECT_EQ(out_.str().find('\x1b'), std::string::npos);
  EXPECT_EQ(out_.str().find('\r'), std::string::npos);
}

TEST_F(LogTest, lines_under_the_level_are_not_shown) {
  const auto quiet = log(LogLevel::warn, LogFormat::text);
  quiet->debug("a");
  quiet->info("b");
  quiet->warn("c");
  quiet->error("d");
  EXPECT_EQ(lines().size(), 2u);
  EXPECT_FALSE(quiet->shows(LogLevel::info));
}

TEST_F(LogTest, a_warning_that_repeats_is_shown_once_a_second_with_what_was_left_out) {
  const auto plain = log(LogLevel::info, LogFormat::text);
  for (int at = 0; at < 1500; ++at) {
    plain->warn("throttled", {{"endpoint", "clone"}});
    clock_.move(milliseconds(1));
  }
  plain->warn("other");
  ASSERT_EQ(lines().size(), 3u);
  EXPECT_EQ(lines()[0], "2026-11-23T04:20:00Z warn throttled endpoint=clone");
  EXPECT_EQ(lines()[1], "2026-11-23T04:20:01Z warn throttled endpoint=clone suppressed=999");
  EXPECT_EQ(lines()[2], "2026-11-23T04:20:01Z warn other");
}

TEST_F(LogTest, what_was_left_out_last_is_said_at_the_end) {
  auto plain = log(LogLevel::info, LogFormat::text);
  for (int at = 0; at < 3; ++at) plain->warn("throttled");
  plain.reset();
  ASSERT_EQ(lines().size(), 2u);
  EXPECT_EQ(lines()[1], "2026-11-23T04:20:00Z info warnings_left_out warning=throttled suppressed=2");
}

TEST_F(LogTest, other_levels_are_never_left_out) {
  const auto plain = log(LogLevel::debug, LogFormat::text);
  for (int at = 0; at < 5; ++at) {
    plain->debug("a");
    plain->info("a");
    plain->error("a");
  }
  EXPECT_EQ(lines().size(), 15u);
}

TEST_F(LogTest, the_hook_is_called_before_every_line_that_is_shown) {
  const auto plain = log(LogLevel::info, LogFormat::text);
  int calls = 0;
  plain->before_each_line([&] { ++calls; });
  plain->debug("a");
  plain->info("b");
  plain->warn("c");
  plain->warn("c");
  EXPECT_EQ(calls, 2);
}

TEST_F(LogTest, two_threads_do_not_mix_their_lines) {
  const auto plain = log(LogLevel::info, LogFormat::text);
  const auto talk = [&] {
    for (int at = 0; at < 500; ++at) {
      plain->info("said", {{"x", "y"}});
      plain->warn("warned");
    }
  };
  std::thread other(talk);
  talk();
  other.join();
  std::size_t said = 0;
  for (const std::string& line : lines()) said += line == "2026-11-23T04:20:00Z info said x=y";
  EXPECT_EQ(said, 1000u);
  EXPECT_EQ(lines().size(), 1001u);
}

TEST(LogWords, come_from_the_command_line) {
  for (const LogLevel level : {LogLevel::debug, LogLevel::info, LogLevel::warn, LogLevel::error})
    EXPECT_EQ(log_level_from(to_string(level)), level);
  EXPECT_FALSE(log_level_from("INFO"));
  EXPECT_EQ(log_format_from("json"), LogFormat::json);
  EXPECT_EQ(log_format_from("text"), LogFormat::text);
  EXPECT_FALSE(log_format_from("xml"));
}

}  // namespace
}  // namespace payferry::telemetry
