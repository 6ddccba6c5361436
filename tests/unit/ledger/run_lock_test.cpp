#include "ledger/run_lock.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_folder.hpp"

namespace payferry::ledger {
namespace {

TEST(RunLock, makes_the_folder_for_its_owner_only) {
  const test::TempFolder folder;
  const Result<RunLock> lock = RunLock::take(folder / "new/deep/ledger.db");
  ASSERT_TRUE(lock);
  struct stat found {};
  ASSERT_EQ(::stat((folder / "new/deep").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0700u);
}

TEST(RunLock, is_held_by_one_and_names_the_holder) {
  const test::TempFolder folder;
  Result<RunLock> first = RunLock::take(folder / "ledger.db");
  ASSERT_TRUE(first);
  const Result<RunLock> second = RunLock::take(folder / "ledger.db");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::ledger);
  EXPECT_NE(second.error().message.find("process " + std::to_string(::getpid())), std::string::npos)
      << second.error().message;
  EXPECT_TRUE(RunLock::take(folder / "other.db"));
}

TEST(RunLock, is_one_for_a_file_and_a_symbolic_link_to_it) {
  const test::TempFolder folder;
  std::filesystem::create_directory(folder / "elsewhere");
  std::filesystem::create_symlink("elsewhere/ledger.db", folder / "link.db");
  const Result<RunLock> lock = RunLock::take(folder / "link.db");
  ASSERT_TRUE(lock) << lock.error().message;
  EXPECT_FALSE(RunLock::take_for_a_moment(folder / "elsewhere/ledger.db"));
}

TEST(RunLock, is_free_again_when_its_holder_lets_go) {
  const test::TempFolder folder;
  { ASSERT_TRUE(RunLock::take(folder / "ledger.db")); }
  EXPECT_TRUE(RunLock::take(folder / "ledger.db"));
}

TEST(RunLock, is_free_again_when_its_holder_was_killed) {
  const test::TempFolder folder;
  int ready[2];
  ASSERT_EQ(::pipe(ready), 0);
  const pid_t child = ::fork();
  if (child == 0) {
    const Result<RunLock> lock = RunLock::take(folder / "ledger.db");
    const char word = lock ? 'y' : 'n';
    if (::write(ready[1], &word, 1) != 1) ::_exit(1);
    for (;;) ::pause();
  }
  char word = 0;
  ASSERT_EQ(::read(ready[0], &word, 1), 1);
  EXPECT_EQ(word, 'y');
  EXPECT_FALSE(RunLock::take(folder / "ledger.db"));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(RunLock::take(folder / "ledger.db"));
  ::close(ready[0]);
  ::close(ready[1]);
}

TEST(RunLock, needs_a_folder_that_can_be_made) {
  const test::TempFolder folder;
  folder.write("file", "");
  const Result<RunLock> lock = RunLock::take(folder / "file/ledger.db");
  ASSERT_FALSE(lock);
  EXPECT_EQ(lock.error().code, Errc::ledger);
}

}  // namespace
}  // namespace payferry::ledger
