#include "enqueue/rejects_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>
#include <iterator>

#include "support/temp_folder.hpp"

namespace payferry::enqueue {
namespace {

const std::string kHeader =
    "customer,payferry_line,payferry_account,payferry_state,payferry_step,payferry_code,payferry_message,"
    "payferry_request_id\n";

class Rejects : public testing::Test {
 protected:
  std::string text() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
  }
  void write(const std::string& text) const { std::ofstream(path_, std::ios::binary) << text; }

  test::TempFolder folder_;
  std::filesystem::path path_ = folder_.path() / "list.rejects.csv";
  RejectsFile file_{path_, {"customer"}};
};

TEST_F(Rejects, AreAFileOnlyWhereThereAreAny) {
  ASSERT_TRUE(file_.begin(0));
  ASSERT_TRUE(file_.append(""));
  EXPECT_FALSE(std::filesystem::exists(path_));
  ASSERT_TRUE(file_.append("one\n"));
  ASSERT_TRUE(file_.append("two\n"));
  EXPECT_EQ(text(), kHeader + "one\ntwo\n");
  EXPECT_EQ(file_.size(), text().size());
  struct stat status {};
  ::stat(path_.c_str(), &status);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
}

TEST_F(Rejects, WhatDoesNotCountIsWrittenAgain) {
  write(kHeader + "one\ntwo\nthr");
  ASSERT_TRUE(file_.begin(kHeader.size() + 4));
  ASSERT_TRUE(file_.append("two\n"));
  EXPECT_EQ(text(), kHeader + "one\ntwo\n");
}

TEST_F(Rejects, OfAnEarlierListGo) {
  write(kHeader + "one\n");
  ASSERT_TRUE(file_.begin(0));
  EXPECT_FALSE(std::filesystem::exists(path_));
}

TEST_F(Rejects, NeverOverwriteAnotherFile) {
  write("customer,payment_method\ncus_1,pm_1\n");
  const auto begun = file_.begin(0);
  ASSERT_FALSE(begun);
  EXPECT_EQ(begun.error().code, Errc::usage);
  EXPECT_EQ(text(), "customer,payment_method\ncus_1,pm_1\n");
}

TEST(RejectsName, StandsBesideTheList) {
  for (const auto& [list, name] : std::initializer_list<std::pair<const char*, const char*>>{
           {"/a/list.csv", "/a/list.rejects.csv"},
           {"/a/list.csv.gz", "/a/list.rejects.csv"},
           {"/a/list.gz", "/a/list.rejects.csv"},
           {"/a.b/list", "/a.b/list.rejects.csv"},
           {"/a/list.rejects.csv", "/a/list.rejects.rejects.csv"},
           {"/a/2026.11.27", "/a/2026.11.27.rejects.csv"}})
    EXPECT_EQ(rejects_beside(list), name);
}

}  // namespace
}  // namespace payferry::enqueue
