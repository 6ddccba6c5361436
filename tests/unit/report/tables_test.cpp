#include <gtest/gtest.h>
#include <sys/stat.h>

#include "given_rows.hpp"
#include "report/mapping.hpp"
#include "support/temp_folder.hpp"

namespace payferry::report {
namespace {

class TablesTest : public testing::Test {
 protected:
  std::string mapping() {
    rows_ = *write_mapping(ledger_, 1, folder_ / "mapping.csv");
    return folder_.read("mapping.csv");
  }
  std::string rejects() {
    rows_ = *write_rejects(ledger_, 1, folder_ / "rejects.csv");
    return folder_.read("rejects.csv");
  }

  payferry::test::TempFolder folder_;
  GivenRows ledger_;
  std::uint64_t rows_ = 99;
};

constexpr const char* kOurs =
    ",payferry_line,payferry_account,payferry_state,payferry_step,payferry_code,payferry_message,"
    "payferry_request_id\n";

TEST_F(TablesTest, a_mapping_has_stripes_own_columns) {
  ledger_.mapping = {{"acct_A", "cus_1", "pm_1", "cus_2", "pm_2", {"card", "fp", "4242", "visa", 8, 2030}},
                     {"acct_A", "", "pm_3", "", "pm_4", {"us_bank_account", "fp2", "6789", "", 0, 0}}};
  EXPECT_EQ(
      mapping(),
      "account,customer_id_old,source_id_old,customer_id_new,source_id_new,type,fingerprint,last4,exp_month,"
      "exp_year,brand\n"
      "acct_A,cus_1,pm_1,cus_2,pm_2,card,fp,4242,8,2030,visa\n"
      "acct_A,,pm_3,,pm_4,us_bank_account,fp2,6789,,,\n");
  EXPECT_EQ(rows_, 2u);
}

TEST_F(TablesTest, with_nothing_to_tell_there_are_only_headers) {
  EXPECT_EQ(mapping().find('\n'), mapping().size() - 1);
  EXPECT_EQ(rejects(), std::string("customer,payment_method,note") + kOurs);
  EXPECT_EQ(rows_, 0u);
}

TEST_F(TablesTest, a_reject_repeats_its_line_and_says_why) {
  ledger_.rejects = {{7,
                      "acct_A",
                      "failed",
                      "attach",
                      "card_declined",
                      "declined, sorry",
                      "req_1",
                      ledger_.present,
                      {"cus_1", "pm_1", "say \"hi\",\nnow"}}};
  EXPECT_EQ(rejects(), std::string("customer,payment_method,note") + kOurs +
                           "cus_1,pm_1,\"say \"\"hi\"\",\nnow\",7,acct_A,failed,attach,card_declined,"
                           "\"declined, sorry\",req_1\n");
}

TEST_F(TablesTest, what_could_not_be_read_stays_empty) {
  ledger_.rejects = {{7, "", "rejected", "", "csv_columns", "too few", "", ledger_.present, {"cus_1"}},
                     {8, "", "rejected", "", "csv_quotes", "no end", "", ledger_.present, {}}};
  EXPECT_EQ(rejects(), std::string("customer,payment_method,note") + kOurs +
                           "cus_1,,,7,,rejected,,csv_columns,too few,\n"
                           ",,,8,,rejected,,csv_quotes,no end,\n");
}

TEST_F(TablesTest, cells_of_an_earlier_input_go_under_their_own_names) {
  ledger_.rejects = {
      {7, "acct_A", "failed", "clone", "x", "", "", {"note", "gone", "customer"}, {"hi", "old", "cus_1"}}};
  EXPECT_EQ(rejects(),
            std::string("customer,payment_method,note") + kOurs + "cus_1,,hi,7,acct_A,failed,clone,x,,\n");
}

TEST_F(TablesTest, only_its_owner_reads_what_repeats_peoples_lines) {
  rejects();
  struct stat found {};
  ASSERT_EQ(::stat((folder_ / "rejects.csv").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST_F(TablesTest, a_folder_that_is_not_there_is_an_error) {
  EXPECT_FALSE(write_mapping(ledger_, 1, folder_ / "none/mapping.csv"));
  EXPECT_FALSE(write_rejects(ledger_, 1, folder_ / "none/rejects.csv"));
}

}  // namespace
}  // namespace payferry::report
