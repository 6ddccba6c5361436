#include "core/words.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace payferry {
namespace {

TEST(Words, every_step_comes_back_from_its_name) {
  for (const Step step : kSteps) EXPECT_EQ(step_from(to_string(step)), step);
  for (const char* wrong : {"", "Clone", "clone ", "delete"}) EXPECT_FALSE(step_from(wrong)) << wrong;
}

TEST(Words, both_modes_come_back_from_their_names) {
  for (const Mode mode : {Mode::test, Mode::live}) EXPECT_EQ(mode_from(to_string(mode)), mode);
  for (const char* wrong : {"", "LIVE", "sandbox"}) EXPECT_FALSE(mode_from(wrong)) << wrong;
}

TEST(Words, a_steps_endpoint_has_its_name_and_writes) {
  for (const Step step : kSteps) {
    EXPECT_EQ(to_string(endpoint_of(step)), to_string(step));
    EXPECT_TRUE(is_write(endpoint_of(step)));
  }
}

TEST(Words, every_endpoint_has_a_name_of_its_own_and_only_five_write) {
  std::set<std::string_view> names;
  int writes = 0;
  for (std::size_t at = 0; at < kEndpointCount; ++at) {
    names.insert(to_string(static_cast<Endpoint>(at)));
    writes += is_write(static_cast<Endpoint>(at));
  }
  EXPECT_EQ(names.size(), kEndpointCount);
  EXPECT_FALSE(names.contains(""));
  EXPECT_EQ(writes, 5);
}

TEST(Words, states_and_outcomes_are_spelled_as_the_contract_says) {
  EXPECT_EQ(to_string(State::pending), "pending");
  EXPECT_EQ(to_string(State::succeeded), "succeeded");
  EXPECT_EQ(to_string(State::skipped), "skipped");
  EXPECT_EQ(to_string(State::failed), "failed");
  EXPECT_EQ(to_string(State::blocked), "blocked");
  const std::pair<Outcome, const char*> outcomes[] = {
      {Outcome::complete, "complete"},     {Outcome::internal, "internal"}, {Outcome::usage, "usage"},
      {Outcome::failures, "failures"},     {Outcome::refused, "refused"},   {Outcome::ledger, "ledger"},
      {Outcome::unfinished, "unfinished"},
  };
  for (const auto& [outcome, name] : outcomes) EXPECT_EQ(to_string(outcome), name);
}

TEST(Words, an_outcome_is_its_exit_code) {
  EXPECT_EQ(static_cast<int>(Outcome::complete), 0);
  EXPECT_EQ(static_cast<int>(Outcome::internal), 1);
  EXPECT_EQ(static_cast<int>(Outcome::usage), 2);
  EXPECT_EQ(static_cast<int>(Outcome::failures), 3);
  EXPECT_EQ(static_cast<int>(Outcome::unfinished), 4);
  EXPECT_EQ(static_cast<int>(Outcome::refused), 5);
  EXPECT_EQ(static_cast<int>(Outcome::ledger), 6);
}

}  // namespace
}  // namespace payferry
