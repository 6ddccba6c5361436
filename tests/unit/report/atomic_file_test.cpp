#include "report/atomic_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "support/temp_folder.hpp"

namespace payferry::report {
namespace {

std::size_t files_in(const test::TempFolder& folder) {
  std::size_t count = 0;
  for ([[maybe_unused]] const auto& file : std::filesystem::directory_iterator(folder.path())) ++count;
  return count;
}

TEST(AtomicFile, appears_when_it_is_whole) {
  const test::TempFolder folder;
  folder.write("out.csv", "old");
  Result<AtomicFile> file = AtomicFile::create(folder / "out.csv", 0600);
  ASSERT_TRUE(file);
  file->write("new ");
  file->write("text");
  EXPECT_EQ(folder.read("out.csv"), "old");
  ASSERT_TRUE(file->commit());
  EXPECT_EQ(folder.read("out.csv"), "new text");
  EXPECT_EQ(files_in(folder), 1u);
}

TEST(AtomicFile, leaves_nothing_when_it_is_dropped) {
  const test::TempFolder folder;
  {
    Result<AtomicFile> file = AtomicFile::create(folder / "out.csv", 0600);
    file->write("half");
    const AtomicFile moved = std::move(*file);
  }
  EXPECT_EQ(files_in(folder), 0u);
}

TEST(AtomicFile, has_the_permissions_that_were_asked_for) {
  const test::TempFolder folder;
  folder.write("out.csv", "old");
  ASSERT_EQ(::chmod((folder / "out.csv").c_str(), 0644), 0);
  ASSERT_TRUE(write_atomically(folder / "out.csv", "secret", 0600));
  struct stat found {};
  ASSERT_EQ(::stat((folder / "out.csv").c_str(), &found), 0);
  EXPECT_EQ(found.st_mode & 0777, 0600u);
}

TEST(AtomicFile, says_where_it_cannot_be_written) {
  const test::TempFolder folder;
  const Result<void> missing = write_atomically(folder / "none/out.csv", "text", 0600);
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::io);
  EXPECT_NE(missing.error().message.find("none/out.csv"), std::string::npos);
  std::filesystem::create_directory(folder / "taken");
  folder.write("taken/file", "");
  EXPECT_FALSE(write_atomically(folder / "taken", "text", 0600));
  EXPECT_EQ(files_in(folder), 1u);
}

}  // namespace
}  // namespace payferry::report
