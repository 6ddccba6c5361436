#include <gtest/gtest.h>

#include "simulator/faults.hpp"

namespace payferry::simulator {
namespace {

TEST(FaultOption, ReadsStepKindParameterAndProbability) {
  const auto parsed = parse_fault_option("attach/slow:1500=0.25");
  ASSERT_TRUE(std::holds_alternative<FaultRule>(parsed));
  const auto& rule = std::get<FaultRule>(parsed);
  EXPECT_EQ(rule.step, "attach");
  EXPECT_EQ(rule.fault.kind, FaultKind::slow);
  EXPECT_EQ(rule.fault.delay_ms, 1500);
  EXPECT_EQ(rule.probability, 0.25);
  EXPECT_EQ(rule.times, 0u);
}

TEST(FaultOption, ReadsARefusal) {
  const auto rule = std::get<FaultRule>(parse_fault_option("clone/refuse:402/card_declined=1"));
  EXPECT_EQ(rule.fault.answer.status, 402);
  EXPECT_EQ(rule.fault.answer.code, "card_declined");
  EXPECT_EQ(rule.fault.answer.type, "card_error");
}

TEST(FaultOption, RefusesWhatMakesNoSense) {
  for (const char* text :
       {"", "slow", "slow=0.1", "slow:x=0.1", "late=1", "unknown=0.1", "stall=2", "stall=-1", "stall=x",
        "stall=", "stall:5=0.1", "nowhere/stall=0.1", "refuse=1", "refuse:200=1", "should_retry=1"}) {
    EXPECT_TRUE(std::holds_alternative<std::string>(parse_fault_option(text))) << text;
  }
}

TEST(FaultJson, StrikesOnceUnlessTold) {
  EXPECT_EQ(std::get<FaultRule>(parse_fault_json(R"({"kind":"stall"})")).times, 1u);
  EXPECT_EQ(std::get<FaultRule>(parse_fault_json(R"({"kind":"stall","times":0})")).times, 0u);
  EXPECT_EQ(std::get<FaultRule>(parse_fault_json(R"({"kind":"stall","probability":0.5})")).times, 0u);
}

TEST(FaultJson, RefusesWhatMakesNoSense) {
  for (const char* text :
       {"", "[]", "{}", R"({"kind":"no"})", R"({"kind":"stall","setp":"clone"})", R"({"kind":"slow"})",
        R"({"kind":"stall","step":"no"})", R"({"kind":"stall","nth":-1})", R"({"kind":"refuse"})",
        R"({"kind":"should_retry"})", R"({"kind":"stall"} x)"}) {
    EXPECT_TRUE(std::holds_alternative<std::string>(parse_fault_json(text))) << text;
  }
}

TEST(FaultScript, NamesTheLineOfAMistake) {
  const auto good = parse_fault_script("# a comment\n\n{\"kind\":\"stall\"}\r\n{\"kind\":\"garbage\"}");
  ASSERT_TRUE(std::holds_alternative<std::vector<FaultRule>>(good));
  EXPECT_EQ(std::get<std::vector<FaultRule>>(good).size(), 2u);
  const auto bad = parse_fault_script("{\"kind\":\"stall\"}\nnonsense\n");
  ASSERT_TRUE(std::holds_alternative<std::string>(bad));
  EXPECT_EQ(std::get<std::string>(bad).substr(0, 7), "line 2:");
}

TEST(FaultNames, EveryKindHasOne) {
  EXPECT_EQ(name_of(FaultKind::rate_limit), "rate_limit");
  EXPECT_EQ(name_of(FaultKind::stall_before), "stall_before");
  EXPECT_EQ(name_of(FaultKind::refuse), "refuse");
  EXPECT_EQ(name_of(FaultKind::late), "late");
  EXPECT_EQ(name_of(FaultKind::should_retry), "should_retry");
}

}  // namespace
}  // namespace payferry::simulator
