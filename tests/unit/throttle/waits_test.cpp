#include "throttle/waits.hpp"

#include <gtest/gtest.h>

namespace payferry::throttle {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart = SteadyTime(std::chrono::hours(1000));

TEST(Waits, time_counts_for_the_cause_that_was_noted_at_its_beginning) {
  Waits waits;
  waits.note(kStart, Cause::endpoint_rate, Endpoint::clone);
  waits.note(kStart + seconds(3), Cause::in_flight, Endpoint::clone);
  waits.note(kStart + seconds(5), Cause::none, Endpoint::clone);
  waits.note(kStart + seconds(100), Cause::in_flight, Endpoint::clone);
  EXPECT_EQ(waits.total(Cause::endpoint_rate, kStart + seconds(100)), seconds(3));
  EXPECT_EQ(waits.total(Cause::in_flight, kStart + seconds(100)), seconds(2));
  EXPECT_EQ(waits.total(Cause::global_rate, kStart + seconds(100)), seconds(0));
  EXPECT_EQ(waits.total(Cause::in_flight, kStart + seconds(104)), seconds(6));
}

struct Word {
  Cause cause;
  Endpoint endpoint;
  const char* word;
};

class WordOfCause : public testing::TestWithParam<Word> {};

TEST_P(WordOfCause, names_what_held_the_run_lately) {
  Waits waits;
  waits.note(kStart, Cause::endpoint_rate, Endpoint::set_default);
  waits.note(kStart + seconds(60), GetParam().cause, GetParam().endpoint);
  EXPECT_EQ(waits.mostly(kStart + seconds(90)), GetParam().word);
}

INSTANTIATE_TEST_SUITE_P(Causes, WordOfCause,
                         testing::Values(Word{Cause::endpoint_rate, Endpoint::clone, "clone limit"},
                                         Word{Cause::endpoint_rate, Endpoint::attach, "attach limit"},
                                         Word{Cause::global_rate, Endpoint::clone, "global limit"},
                                         Word{Cause::in_flight, Endpoint::clone, "in flight"},
                                         Word{Cause::account, Endpoint::clone, "accounts"},
                                         Word{Cause::not_before, Endpoint::clone, "retry waits"},
                                         Word{Cause::paused, Endpoint::clone, "pause"},
                                         Word{Cause::none, Endpoint::clone, ""}));

TEST(Waits, names_nothing_where_only_little_time_was_lost) {
  Waits waits;
  for (int at = 0; at < 1000; ++at) {
    waits.note(kStart + milliseconds(at * 100), Cause::endpoint_rate, Endpoint::clone);
    waits.note(kStart + milliseconds(at * 100 + 10), Cause::none, Endpoint::clone);
  }
  EXPECT_EQ(waits.mostly(kStart + seconds(100)), "");
}

}  // namespace
}  // namespace payferry::throttle
