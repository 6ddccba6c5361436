#include "settings/files.hpp"

#include <gtest/gtest.h>

#include "temp_folder.hpp"

namespace payferry::settings {
namespace {

TEST(Files, SayWhyAFileCannotBeRead) {
  const test::TempFolder folder;
  EXPECT_EQ(read_file(folder.path() / "nothing").error().message, "does not exist: give the path of a file");
  EXPECT_EQ(read_file(folder.path()).error().message, "is a directory: give the path of a file");
  folder.write("large", std::string(kMaxFileSize + 1, ' '));
  EXPECT_EQ(read_file(folder.path() / "large").error().message,
            "is larger than 1 MiB: is this the right file?");
  folder.write("full", std::string(kMaxFileSize, ' '));
  EXPECT_EQ(read_file(folder.path() / "full").value().size(), kMaxFileSize);
}

TEST(Files, TheFirstLineComesWithoutBlanksAndLineEnd) {
  const test::TempFolder folder;
  const std::pair<std::string, std::string> cases[] = {
      {"key", "key"}, {"key\n", "key"}, {" \tkey \r\nmore\n", "key"},
      {"", ""},       {"\nkey", ""},    {"a b\n", "a b"}};
  for (const auto& [text, line] : cases) {
    EXPECT_EQ(read_first_line(folder.write("file", text)).value(), line) << text;
  }
}

TEST(Files, AreOpenToOthersByAnyRightOfGroupOrOthers) {
  const test::TempFolder folder;
  const auto file = folder.write("key", "x");
  const std::pair<int, bool> cases[] = {{0600, false}, {0400, false}, {0700, false}, {0640, true},
                                        {0644, true},  {0604, true},  {0610, true}};
  for (const auto& [mode, is_open] : cases) {
    std::filesystem::permissions(file, std::filesystem::perms(mode));
    EXPECT_EQ(is_open_to_others(file), is_open) << std::oct << mode;
  }
}

TEST(Files, RelativePathsBeginInTheFolderAndAbsoluteOnesDoNot) {
  EXPECT_EQ(resolve("/jobs/jobs", "a.csv"), "/jobs/jobs/a.csv");
  EXPECT_EQ(resolve("/jobs/jobs", "../data/./a.csv"), "/jobs/data/a.csv");
  EXPECT_EQ(resolve("/jobs/jobs", "/data/a.csv"), "/data/a.csv");
}

}  // namespace
}  // namespace payferry::settings
