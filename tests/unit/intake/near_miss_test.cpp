#include "intake/near_miss.hpp"

#include <gtest/gtest.h>

namespace payferry::intake {
namespace {

TEST(NearMiss, NamesThatPeopleWriteAreRecognised) {
  const struct {
    const char* written;
    const char* wanted;
  } table[] = {
      {"customer_id", "customer"},
      {"Customer", "customer"},
      {"CustomerID", "customer"},
      {"stripe_customer_id", "customer"},
      {"custommer", "customer"},
      {"customer_id_old", "customer"},
      {"paymentMethod", "payment_method"},
      {"payment method", "payment_method"},
      {"payment_method_id", "payment_method"},
      {"pm", "payment_method"},
      {"source_id_old", "payment_method"},
      {"stripe_account", "account"},
      {"connected_account_id", "account"},
      {"acct", "account"},
      {"Target Customer", "target_customer"},
  };
  for (const auto& row : table)
    EXPECT_EQ(near_miss({"x", row.written}, row.wanted), row.written) << row.wanted;
}

TEST(NearMiss, OtherNamesAreNone) {
  EXPECT_EQ(near_miss({}, "customer"), "");
  EXPECT_EQ(near_miss({"", "plan", "country", "notes", "amount_due"}, "customer"), "");
  EXPECT_EQ(near_miss({"amount_due", "plan"}, "account"), "");
  EXPECT_EQ(near_miss({std::string(5000, 'c')}, "customer"), "");
}

TEST(NearMiss, TheNearestWins) {
  EXPECT_EQ(near_miss({"customers", "customer_id"}, "customer"), "customer_id");
}

}  // namespace
}  // namespace payferry::intake
