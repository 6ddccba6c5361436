#include "intake/customers_file.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "unit/intake/support.hpp"

namespace payferry::intake {
namespace {

using testing::HasSubstr;

class CustomersFileTest : public testing::Test {
 protected:
  settings::TargetSettings saying(std::string_view text, std::vector<std::string> accounts = {}) {
    settings::TargetSettings target;
    target.customers_file = folder_.write("c.csv", text);
    target.accounts = std::move(accounts);
    return target;
  }
  std::vector<std::string> lines(const settings::TargetSettings& target) {
    const auto file = std::move(open_customers_file(target).value());
    std::vector<std::string> found;
    for (;;) {
      const auto some = file->next(2).value();
      if (some.empty()) return found;
      for (const Counterpart& one : some)
        found.push_back(one.account + " " + one.customer + " " + one.target_customer);
    }
  }
  // Without the file's path.
  std::string mistakes(const settings::TargetSettings& target) {
    const Result<void> checked = check_customers_file(target);
    if (checked) return "";
    EXPECT_EQ(checked.error().code, Errc::usage);
    std::string text = checked.error().message;
    for (std::size_t at; (at = text.find(target.customers_file)) != std::string::npos;)
      text.erase(at, target.customers_file.size() + 1);
    return text;
  }

  TempFolder folder_;
};

using Lines = std::vector<std::string>;

TEST_F(CustomersFileTest, columns_are_known_by_their_names) {
  EXPECT_EQ(
      lines(saying("note,target_customer,customer,account\nx,cus_B1,cus_1,acct_B\n,cus_A1, cus_1 ,acct_A\n")),
      (Lines{"acct_B cus_1 cus_B1", "acct_A cus_1 cus_A1"}));
}

TEST_F(CustomersFileTest, a_mapping_of_stripe_is_for_the_only_account) {
  const std::string_view text =
      "customer_id_old,source_id_old,customer_id_new,source_id_new\n"
      "cus_1,pm_1,cus_N1,pm_n1\n,pm_2,,pm_n2\ncus_1,pm_3,cus_N1,pm_n3\n";
  const auto target = saying(text, {"acct_A"});
  EXPECT_EQ(mistakes(target), "");
  EXPECT_EQ(lines(target), (Lines{"acct_A cus_1 cus_N1", "acct_A cus_1 cus_N1"}));
  EXPECT_THAT(mistakes(saying(text, {"acct_A", "acct_B"})),
              HasSubstr("no column \"account\", which is needed unless target.accounts names exactly one"));
}

TEST_F(CustomersFileTest, our_own_mapping_is_one_too) {
  EXPECT_EQ(lines(saying("account,customer_id_old,source_id_old,customer_id_new,source_id_new\n"
                         "acct_A,cus_1,pm_1,cus_N1,pm_n1\nacct_B,cus_1,pm_1,cus_N2,pm_n2\n")),
            (Lines{"acct_A cus_1 cus_N1", "acct_B cus_1 cus_N2"}));
}

TEST_F(CustomersFileTest, a_header_that_lacks_a_column_is_refused) {
  EXPECT_THAT(mistakes(saying("")), HasSubstr("1: the file is empty"));
  EXPECT_THAT(mistakes(saying("account,customer\n")), HasSubstr("no column \"target_customer\""));
  EXPECT_THAT(mistakes(saying("account,target_customer\n")), HasSubstr("no column \"customer\""));
  EXPECT_THAT(mistakes(saying("account,customer,customer_id_old,target_customer\n")),
              HasSubstr("say the same; keep one"));
}

TEST_F(CustomersFileTest, every_wrong_line_is_named) {
  EXPECT_EQ(mistakes(saying("account,customer,target_customer\n"
                            "acct_A,cus_1,cus_N1\n"
                            "acct_A,cus_2\n"
                            "acct_A,,cus_N3\n"
                            "cus_4,cus_4,cus_N4\n"
                            "acct_A,cus_5,pm_5\n"
                            "acct_A,\"cus_6,cus_N6\n")),
            "3: it has 2 fields, the header 3\n"
            "4: column customer is empty; fill it or remove the line\n"
            "5: column account: \"cus_4\" is no account's id (acct_…)\n"
            "6: column target_customer: \"pm_5\" is no customer's id (cus_…)\n"
            "7: its quotes do not match");
}

TEST_F(CustomersFileTest, lines_that_contradict_each_other_are_named) {
  const std::string text = mistakes(saying(
      "account,customer,target_customer\nacct_A,cus_1,cus_N1\nacct_B,cus_1,cus_N2\nacct_A,cus_1,cus_N1\n"
      "acct_A,cus_1,cus_N3\n"));
  EXPECT_THAT(text, HasSubstr("line 4 names another counterpart for the same customer and account"));
}

TEST_F(CustomersFileTest, many_mistakes_are_counted) {
  std::string text = "account,customer,target_customer\n";
  for (int i = 0; i < 25; ++i) text += "x,y,z\n";
  EXPECT_THAT(mistakes(saying(text)), HasSubstr("… and 5 more mistakes"));
}

TEST_F(CustomersFileTest, a_changed_file_or_account_is_another_one) {
  const std::string header = "account,customer,target_customer\n";
  const std::string one = open_customers_file(saying(header)).value()->identity();
  EXPECT_EQ(open_customers_file(saying(header)).value()->identity().size(), one.size());
  EXPECT_NE(open_customers_file(saying(header + "acct_A,cus_1,cus_2\n")).value()->identity(), one);
  EXPECT_NE(open_customers_file(saying(header, {"acct_A"})).value()->identity(), one);
}

TEST_F(CustomersFileTest, a_file_that_is_gone_is_an_error) {
  settings::TargetSettings target;
  target.customers_file = folder_.file("nowhere.csv");
  EXPECT_FALSE(check_customers_file(target));
}

}  // namespace
}  // namespace payferry::intake
