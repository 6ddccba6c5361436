#include "cli/verify_notes.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <vector>

#include "support/temp_folder.hpp"

namespace payferry::cli {
namespace {

pipeline::Finding gone(std::string customer) {
  pipeline::Finding finding;
  finding.account = "acct_A";
  finding.target_customer = std::move(customer);
  finding.mismatch.kind = "customer_gone";
  return finding;
}

pipeline::VerifyBatch batch(std::vector<std::pair<std::string, std::uint64_t>> done,
                            std::string cursor = "") {
  pipeline::VerifyBatch made;
  made.account = "acct_A";
  made.cursor = std::move(cursor);
  made.done = std::move(done);
  return made;
}

class VerifyNotesTest : public testing::Test {
 protected:
  VerifyNotes open(const char* title = "everything", bool anew = false) {
    Result<VerifyNotes> notes = VerifyNotes::open(folder_ / "notes", title, anew);
    if (!notes) throw std::runtime_error(notes.error().message);
    return std::move(*notes);
  }
  // Two customers with three clones, one of them gone.
  void settle_two() {
    pipeline::VerifyBatch two = batch({{"cus_1", 1}, {"cus_2", 2}}, "cus_2");
    two.findings.push_back(gone("cus_2"));
    ASSERT_TRUE(open().append(two));
  }

  test::TempFolder folder_;
};

TEST_F(VerifyNotesTest, cut_off_it_goes_on_with_what_was_settled) {
  settle_two();
  const VerifyNotes notes = open();
  EXPECT_TRUE(notes.goes_on());
  EXPECT_EQ(notes.customers(), 2u);
  EXPECT_EQ(notes.clones(), 3u);
  EXPECT_EQ(notes.cursors(), (std::map<std::string, std::string>{{"acct_A", "cus_2"}}));
  EXPECT_EQ(notes.by_kind(), (std::map<std::string, std::uint64_t>{{"customer_gone", 1}}));
  std::vector<std::string> settled;
  notes.for_each_settled([&](const VerifyNotes::Settled& each) { settled.push_back(each.target_customer); });
  EXPECT_EQ(settled, (std::vector<std::string>{"cus_1", "cus_2"}));
  std::vector<std::string> found;
  notes.for_each_finding([&](const std::string& record) { found.push_back(record); });
  ASSERT_EQ(found.size(), 1u);
  EXPECT_TRUE(found[0].starts_with("customer_gone,acct_A,")) << found[0];
}

TEST_F(VerifyNotesTest, what_no_commit_follows_does_not_count) {
  settle_two();
  std::ofstream(folder_ / "notes", std::ios::app) << "done acct_A cus_3 1\nfound customer_gone customer_go";
  const VerifyNotes notes = open();
  EXPECT_EQ(notes.customers(), 2u);
  EXPECT_EQ(folder_.read("notes").find("cus_3"), std::string::npos)
      << "is written again, and would count twice";
}

TEST_F(VerifyNotesTest, of_another_verification_it_begins_anew) {
  settle_two();
  EXPECT_FALSE(open("one account").goes_on());
  EXPECT_FALSE(open("everything").goes_on());
}

TEST_F(VerifyNotesTest, begun_anew_it_forgets) {
  settle_two();
  EXPECT_FALSE(open("everything", true).goes_on());
}

TEST_F(VerifyNotesTest, a_lost_account_is_settled_as_a_whole) {
  pipeline::VerifyBatch lost = batch({});
  lost.account_lost = true;
  ASSERT_TRUE(open().append(lost));
  std::vector<VerifyNotes::Settled> settled;
  open().for_each_settled([&](const VerifyNotes::Settled& each) { settled.push_back(each); });
  ASSERT_EQ(settled.size(), 1u);
  EXPECT_EQ(settled[0].account, "acct_A");
  EXPECT_EQ(settled[0].target_customer, "");
}

TEST_F(VerifyNotesTest, removed_nothing_is_left) {
  settle_two();
  open().remove();
  EXPECT_FALSE(std::filesystem::exists(folder_ / "notes"));
}

}  // namespace
}  // namespace payferry::cli
