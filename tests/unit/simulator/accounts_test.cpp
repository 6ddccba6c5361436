#include <gtest/gtest.h>

#include "unit/simulator/small_world.hpp"

namespace payferry::simulator {
namespace {

TEST(Accounts, ThePlatformSeesItselfAndItsConnectedAccounts) {
  SmallWorld small;
  const std::string platform = small.world.store().platform().id;
  EXPECT_EQ(at(small.get("/v1/account", {}, ""), "id"), platform);
  EXPECT_EQ(at(small.get("/v1/account", {}, "acct_A"), "id"), "acct_A");
  EXPECT_EQ(at(small.get("/v1/accounts/acct_B", {}, ""), "id"), "acct_B");
  EXPECT_EQ(at(small.get("/v1/accounts/acct_B", {}, ""), "capabilities.card_payments"), "active");
}

TEST(Accounts, AnUnknownOneIs403) {
  SmallWorld small;
  EXPECT_EQ(at(small.get("/v1/accounts/acct_Z", {}, ""), "error.code"), "account_invalid");
  small.world.store().find_account("acct_B")->access = Access::expired;
  EXPECT_EQ(at(small.get("/v1/accounts/acct_B", {}, ""), "error.code"), "platform_api_key_expired");
}

TEST(Accounts, AConnectedAccountDoesNotSeeAnother) {
  SmallWorld small;
  EXPECT_EQ(small.get("/v1/accounts/acct_B", {}, "acct_A").status, 403);
}

}  // namespace
}  // namespace payferry::simulator
