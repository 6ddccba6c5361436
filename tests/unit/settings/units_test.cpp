#include "settings/units.hpp"

#include <gtest/gtest.h>

namespace payferry::settings {
namespace {

using std::chrono::hours;

TEST(Durations, AreRead) {
  const std::pair<std::string_view, std::int64_t> cases[] = {
      {"500ms", 500},     {"30s", 30'000},      {"15m", 900'000},    {"2h", 7'200'000},
      {"1d", 86'400'000}, {"1h30m", 5'400'000}, {"1m500ms", 60'500}, {"1d2h3m4s5ms", 93'784'005},
      {"0s", 0},          {"007s", 7'000},      {"90s", 90'000},
  };
  for (const auto& [text, expected] : cases) {
    Milliseconds value{-1};
    EXPECT_EQ(parse_duration(text, Milliseconds(0), hours(24 * 365), value), std::nullopt) << text;
    EXPECT_EQ(value.count(), expected) << text;
  }
}

TEST(Durations, SayWhatIsWrong) {
  const std::pair<std::string_view, std::string_view> cases[] = {
      {"60", "has no unit (ms, s, m, h or d)"},
      {"0", "has no unit (ms, s, m, h or d)"},
      {"", "is out of range"},
      {"soon", "is not a duration"},
      {"1.5h", "is not a duration"},
      {"-5s", "is not a duration"},
      {"5 s", "is not a duration"},
      {"5s ", "is not a duration"},
      {"5S", "is not a duration"},
      {"30m1h", "is not a duration"},
      {"1m1m", "is not a duration"},
      {"1h30", "is not a duration"},
      {"h", "is not a duration"},
      {"1w", "is not a duration"},
      {"99999999999999999999s", "is not a duration"},
      {"9223372036854775807d", "is not a duration"},
      {"99ms", "is out of range"},
      {"1h1ms", "is out of range"},
  };
  for (const auto& [text, expected] : cases) {
    Milliseconds value{-1};
    EXPECT_EQ(parse_duration(text, Milliseconds(100), hours(1), value), std::string(expected)) << text;
    EXPECT_EQ(value.count(), -1) << text;
  }
}

TEST(Numbers, AreReadWithinTheirRange) {
  const std::pair<std::string_view, double> good[] = {
      {"20", 20}, {"0.1", 0.1}, {"12.5", 12.5}, {"1e2", 100}, {"100", 100}};
  for (const auto& [text, expected] : good) {
    double value = -1;
    EXPECT_EQ(parse_number(text, 0.1, 100, value), std::nullopt) << text;
    EXPECT_DOUBLE_EQ(value, expected);
  }
  const std::pair<std::string_view, std::string_view> bad[] = {
      {"0", "is out of range"},    {"-1", "is out of range"},    {"101", "is out of range"},
      {"nan", "is out of range"},  {"inf", "is out of range"},   {"fast", "is not a number"},
      {"20/s", "is not a number"}, {" 20", "is not a number"},   {"0x10", "is not a number"},
      {"1_0", "is not a number"},  {"1e999", "is not a number"}, {"", "is not a number"},
  };
  for (const auto& [text, expected] : bad) {
    double value = -1;
    EXPECT_EQ(parse_number(text, 0.1, 100, value), std::string(expected)) << text;
    EXPECT_DOUBLE_EQ(value, -1);
  }
}

TEST(WholeNumbers, AreReadWithinTheirRange) {
  int value = -1;
  EXPECT_EQ(parse_whole("64", 1, 100, value), std::nullopt);
  EXPECT_EQ(value, 64);
  const std::pair<std::string_view, std::string_view> bad[] = {
      {"0", "is out of range"},          {"101", "is out of range"},      {"-1", "is out of range"},
      {"8.0", "is not a whole number"},  {"8x", "is not a whole number"}, {"", "is not a whole number"},
      {"-", "is not a whole number"},    {"+8", "is not a whole number"}, {"99999999999", "is out of range"},
      {"true", "is not a whole number"},
  };
  for (const auto& [text, expected] : bad) {
    EXPECT_EQ(parse_whole(text, 1, 100, value), std::string(expected)) << text;
    EXPECT_EQ(value, 64);
  }
}

}  // namespace
}  // namespace payferry::settings
