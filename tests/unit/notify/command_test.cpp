#include "notify/command.hpp"

#include <gtest/gtest.h>

namespace payferry::notify {
namespace {

using Texts = std::vector<std::string>;

TEST(CommandEnvironment, LosesWhateverHoldsASecret) {
  const Texts environment{"PATH=/bin",
                          "STRIPE_SECRET_KEY=rk_live_123",
                          "OTHER=xx sk_test_4 yy",
                          "SANDBOX=rkcs_test_5",
                          "HOOK=the-secret-it",
                          "EMPTY=",
                          "ODD"};
  EXPECT_EQ(environment_without(environment, {"the-secret", ""}), (Texts{"PATH=/bin", "EMPTY=", "ODD"}));
}

}  // namespace
}  // namespace payferry::notify
