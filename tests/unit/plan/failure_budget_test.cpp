#include "plan/failure_budget.hpp"

#include <gtest/gtest.h>

namespace payferry::plan {
namespace {

struct Case {
  std::optional<int> most;
  std::optional<double> share;
  int succeeded;
  int failed;
  bool exceeded;
};

TEST(FailureBudget, IsExceededByMoreThanEitherBoundAllows) {
  const Case cases[] = {
      {std::nullopt, std::nullopt, 0, 1000, false},
      {10, std::nullopt, 0, 10, false},
      {10, std::nullopt, 1000, 11, true},
      {0, std::nullopt, 0, 0, false},
      {0, std::nullopt, 0, 1, true},
      {std::nullopt, 0.05, 0, 99, false},  // too few to speak of a share
      {std::nullopt, 0.05, 0, 100, true},
      {std::nullopt, 0.05, 95, 5, false},
      {std::nullopt, 0.05, 94, 6, true},
      {std::nullopt, 0.0, 99, 1, true},
      {std::nullopt, 1.0, 0, 1000, false},
      {10, 0.05, 1000, 11, true},
      {100, 0.05, 90, 10, true},
  };
  for (const Case& c : cases) {
    FailureBudget budget(c.most, c.share);
    for (int i = 0; i < c.succeeded; ++i) budget.succeeded();
    for (int i = 0; i < c.failed; ++i) budget.failed("card_declined");
    EXPECT_EQ(budget.exceeded(), c.exceeded)
        << c.most.value_or(-1) << " " << c.share.value_or(-1) << " " << c.succeeded << " " << c.failed;
    EXPECT_EQ(budget.reason().empty(), !c.exceeded);
  }
}

TEST(FailureBudget, NamesTheBoundAndTheCommonestCode) {
  FailureBudget most(2, std::nullopt);
  most.failed("expired_card");
  most.failed("card_declined");
  most.failed("card_declined");
  EXPECT_EQ(most.reason(),
            "3 items failed in this run, more than run.max_failures (2); the commonest code is card_declined "
            "(2); look at them, then run again to go on");

  FailureBudget share(std::nullopt, 0.005);
  for (int i = 0; i < 99; ++i) share.succeeded();
  share.failed("resource_missing");
  EXPECT_EQ(
      share.reason(),
      "1 of 100 items failed in this run, more than run.max_failure_share (0.5%); the commonest code is "
      "resource_missing (1); look at them, then run again to go on");
}

TEST(FailureBudget, CodesWithoutEndTakeNoMemoryWithoutEnd) {
  FailureBudget budget(0, std::nullopt);
  for (int i = 0; i < 1000; ++i) budget.failed("code_" + std::to_string(i));
  EXPECT_NE(budget.reason().find("other (800)"), std::string::npos) << budget.reason();
}

}  // namespace
}  // namespace payferry::plan
