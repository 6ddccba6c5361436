#include "ledger/backup.hpp"

#include <sys/stat.h>

#include "ledger/check.hpp"
#include "ledger/sqlite.hpp"
#include "opened.hpp"

namespace payferry::ledger {
namespace {

class BackupTest : public test::LedgerTest {
 protected:
  std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& file : std::filesystem::directory_iterator(folder_.path()))
      names.push_back(file.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }
  std::filesystem::path copy_ = folder_ / "copy.db";
};

TEST_F(BackupTest, of_a_live_ledger_holds_all_that_is_durable_in_one_file_for_its_owner) {
  const std::int64_t input = begin();
  admit(input, {entry("cus_1", "pm_1"), entry("cus_2", "pm_2")});
  intend(load().front(), Step::clone);
  const Result<void> copied = backup(path_, copy_);
  ASSERT_TRUE(copied) << copied.error().message;
  EXPECT_EQ(files(), (std::vector<std::string>{"copy.db", "sub"}));
  struct stat found {};
  ASSERT_EQ(::stat(copy_.c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
  admit(input, {entry("cus_3", "pm_3")});  // the run goes on
  EXPECT_EQ(tally(input).count(State::pending), 3u);
  close();
  place_ = path_ = copy_;
  EXPECT_TRUE(check(path_)->violations.empty());
  open();
  EXPECT_EQ(tally(input).count(State::pending), 2u);
  ASSERT_TRUE(load().front().intent);
}

TEST_F(BackupTest, overwrites_nothing) {
  folder_.write("copy.db", "mine");
  const Result<void> copied = backup(path_, copy_);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Errc::io);
  EXPECT_NE(copied.error().message.find("exists already"), std::string::npos);
  EXPECT_EQ(folder_.read("copy.db"), "mine");
  EXPECT_EQ(backup(path_, path_).error().code, Errc::io);
  std::filesystem::remove(copy_);
  std::filesystem::create_symlink(folder_ / "elsewhere", copy_);
  EXPECT_FALSE(backup(path_, copy_));
  EXPECT_FALSE(std::filesystem::exists(folder_ / "elsewhere"));
}

TEST_F(BackupTest, needs_a_place_to_be_written) {
  const Result<void> copied = backup(path_, folder_ / "none/copy.db");
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Errc::io);
}

TEST_F(BackupTest, of_a_damaged_ledger_is_refused_and_leaves_nothing) {
  const std::int64_t input = begin();
  for (int i = 0; i < 100; ++i) admit(input, {entry("cus_" + std::to_string(i), "pm_" + std::to_string(i))});
  close();
  std::string bytes = folder_.read("sub/ledger.db");
  for (std::size_t at = bytes.size() / 2; at < bytes.size() / 2 + 8192; ++at) bytes[at] = '7';
  std::ofstream(path_, std::ios::binary | std::ios::trunc) << bytes;
  const Result<void> copied = backup(path_, copy_);
  ASSERT_FALSE(copied);
  EXPECT_EQ(copied.error().code, Errc::ledger);
  EXPECT_EQ(files(), std::vector<std::string>{"sub"});
}

TEST_F(BackupTest, of_no_ledger_is_refused) {
  EXPECT_EQ(backup(folder_ / "none.db", copy_).error().code, Errc::ledger);
  folder_.write("text.db", std::string(2000, 'x'));
  EXPECT_EQ(backup(folder_ / "text.db", copy_).error().code, Errc::ledger);
}

}  // namespace
}  // namespace payferry::ledger
