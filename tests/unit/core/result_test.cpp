#include "core/result.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace payferry {
namespace {

Result<std::unique_ptr<int>> half_of(int number) {
  if (number % 2) return make_error(Errc::usage, "odd");
  return std::make_unique<int>(number / 2);
}

TEST(Result, carries_a_value_that_can_only_be_moved) {
  Result<std::unique_ptr<int>> half = half_of(8);
  ASSERT_TRUE(half);
  EXPECT_EQ(**half, 4);
}

TEST(Result, carries_an_error_in_words) {
  const auto half = half_of(7);
  ASSERT_FALSE(half);
  EXPECT_EQ(half.error().code, Errc::usage);
  EXPECT_EQ(half.error().message, "odd");
}

TEST(Result, asking_an_error_for_its_value_is_a_bug_and_says_which) {
  try {
    (void)half_of(7).value();
    FAIL();
  } catch (const std::logic_error& bug) {
    EXPECT_NE(std::string(bug.what()).find("odd"), std::string::npos);
  }
}

}  // namespace
}  // namespace payferry
