#include "telemetry/progress.hpp"

#include <gtest/gtest.h>

#include <sstream>

#include "telemetry/text.hpp"

namespace payferry::telemetry {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart = SteadyTime(std::chrono::hours(1000));

Snapshot halfway() {
  Snapshot now;
  now.input_complete = true;
  now.items.read = 2000;
  now.items.succeeded = 1229;
  now.items.failed = 3;
  now.items.rejected = 2;
  now.items.pending = 766;
  now.ended_per_second = 19.8;
  now.held_by = "clone limit";
  now.seconds_left = 38.4;
  return now;
}

TEST(ProgressLine, says_how_far_how_fast_what_went_wrong_what_holds_it_and_how_long) {
  EXPECT_EQ(progress_line(halfway(), 0),
            "1,234 of 2,000 done (61 %) · 19.8/s · 3 failed · 2 rejected · held by clone limit · 0:38 left");
}

TEST(ProgressLine, says_only_what_there_is) {
  Snapshot now;
  now.input_complete = true;
  EXPECT_EQ(progress_line(now, 0), "0 of 0 done · 0.0/s");
}

TEST(ProgressLine, gives_no_share_of_an_input_that_is_still_read) {
  Snapshot now = halfway();
  now.input_complete = false;
  EXPECT_TRUE(progress_line(now, 0).starts_with("1,234 of 2,000+ done · "));
}

TEST(ProgressLine, says_100_percent_only_when_all_is_done) {
  Snapshot now = halfway();
  now.items.read = 100'000;
  now.items.succeeded = 99'994;
  EXPECT_NE(progress_line(now, 0).find("(99 %)"), std::string::npos);
  now.items.succeeded = 99'995;
  EXPECT_NE(progress_line(now, 0).find("(100 %)"), std::string::npos);
}

TEST(ProgressLine, fits_its_width_in_characters) {
  for (std::size_t width = 1; width < 100; ++width)
    EXPECT_EQ(length_in_characters(progress_line(halfway(), width)), std::min<std::size_t>(width, 93))
        << width;
}

struct Left {
  double seconds;
  const char* shown;
};

class TimeLeft : public testing::TestWithParam<Left> {};

TEST_P(TimeLeft, is_shown_as_people_read_it) {
  Snapshot now = halfway();
  now.seconds_left = GetParam().seconds;
  EXPECT_TRUE(progress_line(now, 0).ends_with(GetParam().shown)) << progress_line(now, 0);
}

INSTANTIATE_TEST_SUITE_P(Spans, TimeLeft,
                         testing::Values(Left{0, "· 0:00 left"}, Left{59.6, "· 1:00 left"},
                                         Left{725, "· 12:05 left"}, Left{3725, "· 1:02:05 left"},
                                         Left{200'000, "· 2 d 7:33:20 left"}, Left{1e12, "clone limit"},
                                         Left{-1, "clone limit"}));

TEST(Progress, rewrites_one_line_on_a_terminal_at_most_four_times_a_second) {
  std::ostringstream out;
  Progress progress(out, ProgressMode::automatic, true);
  int shown = 0;
  for (int at = 0; at < 1000; ++at) {
    const SteadyTime now = kStart + milliseconds(at);
    shown += progress.due(now);
    progress.show(halfway(), now, 40);
  }
  EXPECT_EQ(shown, 4);
  EXPECT_EQ(out.str().find('\n'), std::string::npos);
  progress.finish(halfway(), 40);
  EXPECT_TRUE(out.str().ends_with("\n"));
  const std::string first = out.str().substr(4, out.str().find('\r', 1) - 4);
  EXPECT_EQ(length_in_characters(first), 39u);
}

TEST(Progress, writes_plain_lines_now_and_then_elsewhere) {
  for (const bool is_terminal : {false, true}) {
    std::ostringstream out;
    Progress progress(out, is_terminal ? ProgressMode::plain : ProgressMode::automatic, is_terminal);
    for (int at = 0; at < 25; ++at) progress.show(halfway(), kStart + seconds(at), 40);
    progress.finish(halfway(), 40);
    const std::string text = out.str();
    EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 4);
    EXPECT_EQ(text.find('\r'), std::string::npos);
    EXPECT_EQ(text.find('\x1b'), std::string::npos);
  }
}

TEST(Progress, says_nothing_when_asked_not_to) {
  std::ostringstream out;
  Progress progress(out, ProgressMode::none, true);
  EXPECT_FALSE(progress.due(kStart));
  progress.show(halfway(), kStart, 40);
  progress.finish(halfway(), 40);
  EXPECT_EQ(out.str(), "");
}

TEST(Progress, makes_room_for_a_log_line_and_comes_back) {
  std::ostringstream out;
  Progress progress(out, ProgressMode::automatic, true);
  progress.clear();
  EXPECT_EQ(out.str(), "");
  progress.show(halfway(), kStart, 40);
  progress.clear();
  EXPECT_TRUE(out.str().ends_with("\r\x1b[K"));
  EXPECT_TRUE(progress.due(kStart + milliseconds(1)));
}

TEST(ProgressMode, comes_from_the_command_line) {
  EXPECT_EQ(progress_mode_from("auto"), ProgressMode::automatic);
  EXPECT_EQ(progress_mode_from("plain"), ProgressMode::plain);
  EXPECT_EQ(progress_mode_from("none"), ProgressMode::none);
  EXPECT_FALSE(progress_mode_from("fancy"));
}

}  // namespace
}  // namespace payferry::telemetry
