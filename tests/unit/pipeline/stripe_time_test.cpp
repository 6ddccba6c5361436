#include "pipeline/stripe_time.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "support/fake_time.hpp"

namespace payferry::pipeline {
namespace {

TEST(HttpDate, is_read_or_not_believed) {
  EXPECT_EQ(seconds_of_http_date("Mon, 23 Nov 2026 04:20:00 GMT"), 1'795'407'600);
  for (const char* text : {"", "yesterday", "Mon, 23 Nov 2026 04:20:00", "Mon, 23 Nov 2026 04:20:00 GMT+1"})
    EXPECT_FALSE(seconds_of_http_date(text)) << text;
}

class StripeTimeTest : public testing::Test {
 protected:
  payferry::test::FakeClock clock_;
  std::vector<std::int64_t> warned_;
  StripeTime time_{clock_, [this](std::int64_t seconds) { warned_.push_back(seconds); }};
};

TEST_F(StripeTimeTest, is_ours_while_nothing_is_heard_or_the_difference_is_noise) {
  EXPECT_EQ(time_.now().wall_ms, clock_.stamp().wall_ms);
  time_.heard("Mon, 23 Nov 2026 04:20:04 GMT");
  time_.heard("rubbish");
  time_.heard("");
  EXPECT_EQ(time_.now().wall_ms, clock_.stamp().wall_ms);
  EXPECT_TRUE(warned_.empty());
}

TEST_F(StripeTimeTest, is_theirs_where_our_clock_is_wrong_and_says_so_once) {
  time_.heard("Wed, 25 Nov 2026 04:20:00 GMT");
  time_.heard("Wed, 25 Nov 2026 04:20:00 GMT");
  EXPECT_EQ(time_.now().wall_ms, clock_.stamp().wall_ms + 2LL * 24 * 3600 * 1000);
  EXPECT_EQ(time_.now().boot_ms, clock_.stamp().boot_ms);
  EXPECT_EQ(warned_, std::vector<std::int64_t>{2 * 24 * 3600});
}

TEST_F(StripeTimeTest, is_doubtful_from_an_hour_on_in_either_direction) {
  EXPECT_FALSE(time_.is_doubtful());
  for (const auto& [date, doubtful] :
       {std::pair{"Mon, 23 Nov 2026 05:19:59 GMT", false}, std::pair{"Mon, 23 Nov 2026 05:20:01 GMT", true},
        std::pair{"Mon, 23 Nov 2026 03:20:01 GMT", false},
        std::pair{"Mon, 23 Nov 2026 03:19:59 GMT", true}}) {
    time_.heard(date);
    EXPECT_EQ(time_.is_doubtful(), doubtful) << date;
  }
}

TEST_F(StripeTimeTest, does_not_jump_when_our_clock_is_mended) {
  time_.heard("Wed, 25 Nov 2026 04:20:00 GMT");
  const std::int64_t before = time_.now().wall_ms;
  clock_.set_wall_ms(before);
  time_.heard("Wed, 25 Nov 2026 04:20:00 GMT");
  EXPECT_EQ(time_.now().wall_ms, before);
}

}  // namespace
}  // namespace payferry::pipeline
