#include "intake/identity.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include "intake/file_stream.hpp"
#include "unit/intake/support.hpp"

namespace payferry::intake {
namespace {

std::string identity(const std::string& path, bool as_if_untouched = true) {
  const Descriptor descriptor(::open(path.c_str(), O_RDONLY));
  struct stat status {};
  EXPECT_EQ(::fstat(descriptor.get(), &status), 0);
  if (as_if_untouched) status.st_mtim = status.st_ctim = {};
  return identity_of_file(descriptor.get(), status).value();
}

TEST(Identity, OfAFileFollowsItsEdgesAndItsSize) {
  const TempFolder folder;
  const std::string big(300'000, 'a');
  std::string changed_start = big;
  std::string changed_end = big;
  std::string changed_middle = big;
  changed_start[0] = changed_end[big.size() - 1] = changed_middle[big.size() / 2] = 'b';
  const std::string original = identity(folder.write("a", big));
  EXPECT_EQ(identity(folder.write("same", big)), original);
  EXPECT_NE(identity(folder.write("start", changed_start)), original);
  EXPECT_NE(identity(folder.write("end", changed_end)), original);
  EXPECT_NE(identity(folder.write("longer", big + 'a')), original);
  // Seen by the time of its change alone.
  EXPECT_EQ(identity(folder.write("middle", changed_middle)), original);
  EXPECT_NE(identity(folder.file("a"), false), original);
}

TEST(Identity, OfAFileThatWasEditedFollowsEvenWhereItsTimeWasSetBack) {
  const TempFolder folder;
  std::string text(300'000, 'a');
  const std::string file = folder.write("a", text);
  struct stat before {};
  ASSERT_EQ(::stat(file.c_str(), &before), 0);
  const std::string original = identity(file, false);
  text[text.size() / 2] = 'b';
  struct stat after {};
  do {  // until the file system's clock has moved on
    folder.write("a", text);
    ASSERT_EQ(::stat(file.c_str(), &after), 0);
  } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec && after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
  const struct timespec times[] = {before.st_atim, before.st_mtim};
  ASSERT_EQ(::utimensat(AT_FDCWD, file.c_str(), times, 0), 0);
  ASSERT_EQ(::stat(file.c_str(), &after), 0);
  ASSERT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
  EXPECT_NE(identity(file, false), original);
}

TEST(Identity, TellsWhatChanged) {
  EXPECT_EQ(what_changed("aa-bb", "cc-bb"), "size, time or content");
  EXPECT_EQ(what_changed("aa-bb", "aa-cc"), "the job's target settings");
  EXPECT_EQ(what_changed("aa-bb", "cc-dd"), "size, time or content, and the job's target settings");
  EXPECT_EQ(what_changed("aa-bb", ""), "source");
  EXPECT_EQ(what_changed("", "aa-bb"), "source");
  EXPECT_EQ(what_changed("aaa-bb", "aa-bb"), "source");
}

TEST(Identity, OfAnEmptyFileExists) {
  const TempFolder folder;
  EXPECT_NE(identity(folder.write("empty", "")), "");
}

TEST(Identity, OfTheAdmissionFollowsWhatDecidesIt) {
  settings::TargetSettings target;
  target.accounts = {"acct_1", "acct_2"};
  const std::string original = digest_of_admission(target);

  settings::TargetSettings other = target;
  other.accounts = {"acct_2", "acct_1"};
  other.types = {"us_bank_account", "card"};
  EXPECT_EQ(digest_of_admission(other), original);

  const std::vector<void (*)(settings::TargetSettings&)> changes{
      [](settings::TargetSettings& t) { t.accounts = {"acct_1"}; },
      [](settings::TargetSettings& t) { t.accounts = {"acct_1acct_2"}; },
      [](settings::TargetSettings& t) { t.types = {"card"}; },
      [](settings::TargetSettings& t) { t.customer = settings::CustomerRule::none; },
      [](settings::TargetSettings& t) { t.set_default = settings::DefaultRule::first; },
      [](settings::TargetSettings& t) { t.unattached_originals = settings::UnattachedRule::consume; },
  };
  for (const auto& change : changes) {
    settings::TargetSettings changed = target;
    change(changed);
    EXPECT_NE(digest_of_admission(changed), original);
  }
}

}  // namespace
}  // namespace payferry::intake
