#include "report/list_file.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_folder.hpp"

namespace payferry::report {
namespace {

namespace fs = std::filesystem;

class ListFileTest : public testing::Test {
 protected:
  Result<ListFile> open(const char* title = "cards", bool anew = false) {
    return ListFile::open(path_, title, anew);
  }
  fs::path beside(const char* suffix) const { return path_.string() + suffix; }
  test::TempFolder folder_;
  fs::path path_ = folder_ / "list.csv";
};

TEST_F(ListFileTest, gets_its_name_when_it_is_whole) {
  Result<ListFile> file = open();
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->after(), "");
  ASSERT_TRUE(file->append("a\nb\n", "cus_2"));
  EXPECT_FALSE(fs::exists(path_));
  ASSERT_TRUE(file->append("c\n", ""));
  ASSERT_TRUE(file->finish());
  EXPECT_EQ(folder_.read("list.csv"), "a\nb\nc\n");
  EXPECT_FALSE(fs::exists(beside(".part")));
  EXPECT_FALSE(fs::exists(beside(".cursor")));
  EXPECT_EQ(fs::status(path_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
}

TEST_F(ListFileTest, cut_off_it_goes_on_behind_what_its_cursor_says) {
  ASSERT_TRUE(open()->append("a\n", "cus_1"));
  // Killed between the text and its cursor.
  std::ofstream(beside(".part"), std::ios::app) << "half a li";
  Result<ListFile> again = open();
  ASSERT_TRUE(again) << again.error().message;
  EXPECT_EQ(again->after(), "cus_1");
  ASSERT_TRUE(again->append("b\n", "cus_2"));
  ASSERT_TRUE(again->finish());
  EXPECT_EQ(folder_.read("list.csv"), "a\nb\n");
}

TEST_F(ListFileTest, killed_before_its_first_cursor_it_begins_anew) {
  folder_.write("list.csv.part", "a\nb");
  Result<ListFile> file = open();
  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->after(), "");
  ASSERT_TRUE(file->append("c\n", "cus_3"));
  ASSERT_TRUE(file->finish());
  EXPECT_EQ(folder_.read("list.csv"), "c\n");
}

TEST_F(ListFileTest, of_other_options_it_is_refused_unless_begun_anew) {
  ASSERT_TRUE(open("cards")->append("a\n", "cus_1"));
  const Result<ListFile> other = open("bank accounts");
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Errc::usage);
  EXPECT_NE(other.error().message.find("--restart"), std::string::npos);
  EXPECT_EQ(folder_.read("list.csv.part"), "a\n");
  const Result<ListFile> anew = open("bank accounts", true);
  ASSERT_TRUE(anew);
  EXPECT_EQ(anew->after(), "");
  EXPECT_EQ(folder_.read("list.csv.part"), "");
}

TEST_F(ListFileTest, a_part_that_lost_lines_is_refused) {
  ASSERT_TRUE(open()->append("a\nb\n", "cus_2"));
  folder_.write("list.csv.part", "a\n");
  const Result<ListFile> file = open();
  ASSERT_FALSE(file);
  EXPECT_NE(file.error().message.find("shorter than its cursor says"), std::string::npos);
}

TEST_F(ListFileTest, where_nothing_can_be_written_it_says_so) {
  path_ = folder_.path() / "none" / "list.csv";
  const Result<ListFile> file = open();
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::io);
}

}  // namespace
}  // namespace payferry::report
