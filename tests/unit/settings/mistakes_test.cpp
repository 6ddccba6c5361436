#include "settings/mistakes.hpp"

#include <gtest/gtest.h>

namespace payferry::settings {
namespace {

TEST(Mistakes, ReadAsFileLineKeyAndMessage) {
  EXPECT_EQ(to_string(Mistake{"job.yaml", 3, "limits.global", "is wrong"}),
            "job.yaml:3: limits.global: is wrong");
  EXPECT_EQ(to_string(Mistake{"job.yaml", 0, "job", "is missing"}), "job.yaml: job: is missing");
  EXPECT_EQ(to_string(Mistake{"job.yaml", 3, "", "is not YAML"}), "job.yaml:3: is not YAML");
  EXPECT_EQ(to_string(Mistake{"job.yaml", 0, "", "is empty"}), "job.yaml: is empty");
}

TEST(Mistakes, ComeByFileAndLine) {
  const Origin job{"job", "/", true};
  const Origin machine{"machine", "/", false};
  Mistakes mistakes;
  mistakes.add({&machine, 1}, "", "c");
  mistakes.add({&job, 9}, "", "b");
  mistakes.add({&job, 0}, "", "a");
  mistakes.add({&job, 9}, "", "b2");
  std::string order;
  for (const Mistake& mistake : mistakes.take()) order += mistake.message + " ";
  EXPECT_EQ(order, "a b b2 c ");
}

}  // namespace
}  // namespace payferry::settings
