#include "core/ids.hpp"

#include <gtest/gtest.h>

#include <string>

namespace payferry {
namespace {

TEST(Ids, are_known_by_their_prefixes) {
  EXPECT_TRUE(is_account_id("acct_1032D82eZvKYlo2C"));
  EXPECT_TRUE(is_customer_id("cus_9s6XKzkNRiz8i3"));
  EXPECT_TRUE(is_payment_method_id("pm_1EUmyo2x6R10KRrhUuJXu9m0"));
  EXPECT_TRUE(is_payment_method_id("card_1EUmyo2x6R10KRrhUuJXu9m0"));
  EXPECT_TRUE(is_payment_method_id("src_1EUmyo2x6R10KRrhUuJXu9m0"));
  EXPECT_TRUE(is_payment_method_id("pm_card_visa"));
}

TEST(Ids, of_another_kind_or_shape_are_none) {
  for (const char* wrong : {"", "acct_", "acct", "Acct_1", "cus_1", " acct_1", "acct_1 ", "acct_1\n",
                            "acct_a/b", "acct_1?x=1", "acct_1&b", "acct_%41", "acct_é"})
    EXPECT_FALSE(is_account_id(wrong)) << wrong;
  EXPECT_FALSE(is_customer_id("pm_1"));
  EXPECT_FALSE(is_payment_method_id("cus_1"));
  EXPECT_FALSE(is_payment_method_id("tok_1"));
  EXPECT_FALSE(is_payment_method_id(std::string_view("pm_1\0", 5)));
}

TEST(Ids, have_at_most_255_characters) {
  EXPECT_TRUE(is_customer_id("cus_" + std::string(251, 'x')));
  EXPECT_FALSE(is_customer_id("cus_" + std::string(252, 'x')));
}

TEST(Keys, tell_their_mode) {
  EXPECT_EQ(kind_of_key("sk_test_1"), KeyKind::test);
  EXPECT_EQ(kind_of_key("rk_test_1"), KeyKind::test);
  EXPECT_EQ(kind_of_key("rkcs_test_1"), KeyKind::test);
  EXPECT_EQ(kind_of_key("rkcs_live_1"), KeyKind::unknown);
  EXPECT_EQ(kind_of_key("sk_live_1"), KeyKind::live);
  EXPECT_EQ(kind_of_key("rk_live_1"), KeyKind::live);
  EXPECT_EQ(kind_of_key("pk_live_1"), KeyKind::publishable);
  for (const char* other : {"", "sk_", "live", " sk_live_1", "whsec_1"})
    EXPECT_EQ(kind_of_key(other), KeyKind::unknown) << other;
}

}  // namespace
}  // namespace payferry
