#include <gtest/gtest.h>

#include "pipeline/run.hpp"

namespace payferry::pipeline {
namespace {

// A complete input of ten entries that all succeeded, until a row says otherwise.
ledger::Tally all_done() {
  ledger::Tally tally;
  tally.complete = true;
  tally.lines = tally.read = 10;
  tally.by_state[static_cast<std::size_t>(State::succeeded)] = 10;
  return tally;
}

void move_to(ledger::Tally& tally, State state) {
  --tally.by_state[static_cast<std::size_t>(State::succeeded)];
  ++tally.by_state[static_cast<std::size_t>(state)];
}

struct Row {
  const char* name;
  std::function<void(ledger::Tally&, Stop&)> change;
  Outcome expected;
};

class EndingTest : public testing::TestWithParam<Row> {};

TEST_P(EndingTest, is) {
  ledger::Tally tally = all_done();
  Stop stop;
  GetParam().change(tally, stop);
  const Ending ending = decide(tally, stop, false);
  EXPECT_EQ(ending.outcome, GetParam().expected) << ending.reason;
  EXPECT_EQ(ending.reason.empty(), ending.outcome == Outcome::complete);
}

INSTANTIATE_TEST_SUITE_P(
    Table, EndingTest,
    testing::Values(
        Row{"all_succeeded", [](auto&, auto&) {}, Outcome::complete},
        Row{"skipped_and_duplicate_are_no_failures",
            [](auto& done, auto&) {
              move_to(done, State::skipped);
              ++done.duplicate;
              ++done.read;
            },
            Outcome::complete},
        Row{"one_failed", [](auto& done, auto&) { move_to(done, State::failed); }, Outcome::failures},
        Row{"one_blocked", [](auto& done, auto&) { move_to(done, State::blocked); }, Outcome::failures},
        Row{"one_rejected",
            [](auto& done, auto&) {
              ++done.rejected;
              ++done.read;
            },
            Outcome::failures},
        Row{"one_pending", [](auto& done, auto&) { move_to(done, State::pending); }, Outcome::unfinished},
        Row{"pending_goes_before_failed",
            [](auto& done, auto&) {
              move_to(done, State::pending);
              move_to(done, State::failed);
            },
            Outcome::unfinished},
        Row{"unread", [](auto& done, auto&) { done.complete = false; }, Outcome::unfinished},
        Row{"a_signal_that_came_too_late_changes_nothing",
            [](auto&, auto& s) { s.request(Why::signal, "SIGTERM"); }, Outcome::complete},
        Row{"a_deadline_with_failures_only",
            [](auto& done, auto& s) {
              move_to(done, State::failed);
              s.request(Why::deadline, "late");
            },
            Outcome::failures},
        Row{"an_outage",
            [](auto& done, auto& s) {
              move_to(done, State::pending);
              s.request(Why::outage, "silence");
            },
            Outcome::unfinished},
        Row{"a_refused_key_goes_before_pending",
            [](auto& done, auto& s) {
              move_to(done, State::pending);
              s.request(Why::refused, "key");
            },
            Outcome::refused},
        Row{"the_brake", [](auto&, auto& s) { s.request(Why::brake, "brake"); }, Outcome::refused},
        Row{"the_ledger_goes_before_a_refused_key",
            [](auto&, auto& s) {
              s.request(Why::refused, "key");
              s.request(Why::ledger, "disk");
            },
            Outcome::ledger},
        Row{"a_broken_balance_goes_before_the_ledger",
            [](auto& done, auto& s) {
              ++done.read;
              s.request(Why::ledger, "disk");
            },
            Outcome::internal},
        Row{"a_bug", [](auto&, auto& s) { s.request(Why::internal, "bug"); }, Outcome::internal}),
    [](const auto& tested) { return tested.param.name; });

TEST(Ending, says_why_it_is_not_finished) {
  ledger::Tally tally = all_done();
  move_to(tally, State::pending);
  Stop stop;
  EXPECT_NE(decide(tally, stop, true).reason.find("--limit"), std::string::npos);
  tally.pending_reasons["unknown"] = 1;
  EXPECT_NE(decide(tally, stop, false).reason.find("answers"), std::string::npos);
  stop.request(Why::signal, "SIGTERM came");
  EXPECT_EQ(decide(tally, stop, true).reason, "SIGTERM came");
}

TEST(Stopping, a_graver_reason_replaces_an_earlier_one_and_no_lesser_does) {
  Stop stop;
  int woken = 0;
  stop.on_stop([&] { ++woken; });
  stop.request(Why::signal, "signal");
  stop.request(Why::ledger, "ledger");
  stop.request(Why::brake, "brake");
  EXPECT_EQ(stop.why(), Why::ledger);
  EXPECT_EQ(stop.reason(), "ledger");
  EXPECT_EQ(woken, 1);
}

struct RollbackRow {
  const char* name;
  ledger::RollbackTally tally;
  KeptAttached kept;
  Why why;
  Outcome expected;
};

class RollbackEndingTest : public testing::TestWithParam<RollbackRow> {};

TEST_P(RollbackEndingTest, is) {
  Stop stop;
  if (GetParam().why != Why::none) stop.request(GetParam().why, "because");
  const Ending ending = decide_rollback(GetParam().tally, GetParam().kept, stop);
  EXPECT_EQ(ending.outcome, GetParam().expected) << ending.reason;
  EXPECT_EQ(ending.reason.empty(), ending.outcome == Outcome::complete);
}

INSTANTIATE_TEST_SUITE_P(
    Table, RollbackEndingTest,
    testing::Values(
        RollbackRow{"everything_detached", {9, 0, 0, 0}, {0, 0}, Why::none, Outcome::complete},
        RollbackRow{"told_to_stop_at_the_end", {9, 0, 0, 0}, {0, 0}, Why::signal, Outcome::complete},
        RollbackRow{"one_left", {8, 1, 0, 0}, {0, 0}, Why::none, Outcome::unfinished},
        RollbackRow{"one_refused", {8, 1, 0, 0}, {1, 0}, Why::none, Outcome::failures},
        RollbackRow{"one_in_use", {8, 1, 0, 0}, {0, 1}, Why::none, Outcome::failures},
        RollbackRow{"one_in_use_and_one_left", {7, 2, 0, 0}, {0, 1}, Why::none, Outcome::unfinished},
        RollbackRow{"one_on_a_lost_account", {8, 1, 1, 0}, {0, 0}, Why::none, Outcome::failures},
        RollbackRow{"one_elsewhere", {8, 0, 0, 1}, {0, 0}, Why::none, Outcome::failures},
        RollbackRow{"one_left_besides", {6, 3, 1, 1}, {1, 0}, Why::none, Outcome::unfinished},
        RollbackRow{"stopped", {6, 3, 3, 0}, {0, 0}, Why::signal, Outcome::unfinished},
        RollbackRow{"brake", {0, 9, 0, 0}, {9, 0}, Why::brake, Outcome::refused},
        RollbackRow{"ledger", {0, 9, 0, 0}, {0, 0}, Why::ledger, Outcome::ledger}),
    [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace payferry::pipeline
