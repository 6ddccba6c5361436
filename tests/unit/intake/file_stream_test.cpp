#include "intake/file_stream.hpp"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <thread>

#include "unit/intake/support.hpp"

namespace payferry::intake {
namespace {

using testing::HasSubstr;

class Fifo {
 public:
  explicit Fifo(const TempFolder& folder) : path_(folder.file("fifo")) {
    EXPECT_EQ(::mkfifo(path_.c_str(), 0600), 0);
  }
  const std::string& path() const { return path_; }
  // Only once a reader is there.
  Descriptor writer() const { return Descriptor(::open(path_.c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC)); }

 private:
  std::string path_;
};

void put(const Descriptor& writer, std::string_view text) {
  ASSERT_EQ(::write(writer.get(), text.data(), text.size()), static_cast<ssize_t>(text.size()));
}

std::string get(ByteStream& stream) {
  std::array<char, 100> buffer{};
  const Result<Piece> piece = stream.read(buffer.data(), buffer.size(), Wait::yes);
  return piece ? std::string(buffer.data(), piece->size) : "error: " + piece.error().message;
}

TEST(FileStream, ReadsAFileToItsEndAndFromAnyPlace) {
  const TempFolder folder;
  OpenedFile file = open_file(folder.write("a", "hello")).value();
  EXPECT_NE(file.identity, "");
  EXPECT_EQ(get(*file.bytes), "hello");
  EXPECT_EQ(get(*file.bytes), "");
  EXPECT_TRUE(*file.bytes->seek(3));
  EXPECT_EQ(get(*file.bytes), "lo");
  EXPECT_TRUE(*file.bytes->seek(5));
  EXPECT_FALSE(*file.bytes->seek(6));
}

TEST(FileStream, AFileThatIsCutWhileItIsReadJustEnds) {
  const TempFolder folder;
  OpenedFile file = open_file(folder.write("a", std::string(150, 'x'))).value();
  EXPECT_EQ(get(*file.bytes).size(), 100u);
  std::filesystem::resize_file(folder.file("a"), 10);
  EXPECT_EQ(get(*file.bytes), "");
}

TEST(FileStream, AFileThatGrowsIsReadToItsNewEnd) {
  const TempFolder folder;
  OpenedFile file = open_file(folder.write("a", "one")).value();
  EXPECT_EQ(get(*file.bytes), "one");
  std::ofstream(folder.file("a"), std::ios::app) << "two";
  EXPECT_EQ(get(*file.bytes), "two");
}

TEST(FileStream, WhatCannotBeOpenedIsNamed) {
  const TempFolder folder;
  const Result<OpenedFile> missing = open_file(folder.file("none"));
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, Errc::io);
  EXPECT_THAT(missing.error().message, HasSubstr("none: No such file"));

  const Result<OpenedFile> directory = open_file(folder.file(""));
  ASSERT_FALSE(directory);
  EXPECT_EQ(directory.error().code, Errc::usage);
  EXPECT_THAT(directory.error().message, HasSubstr("is a directory"));
}

TEST(FileStream, AFileWithoutPermissionIsAnIoError) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  const TempFolder folder;
  const std::string path = folder.write("a", "x");
  ASSERT_EQ(::chmod(path.c_str(), 0), 0);
  const Result<OpenedFile> file = open_file(path);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::io);
}

TEST(FileStream, AFailingReadIsAnIoError) {
  const TempFolder folder;
  Descriptor for_writing(::open(folder.write("a", "x").c_str(), O_WRONLY | O_CLOEXEC));
  FileStream stream(std::move(for_writing), Descriptor(), true, "a");
  char c = 0;
  const Result<Piece> piece = stream.read(&c, 1, Wait::yes);
  ASSERT_FALSE(piece);
  EXPECT_EQ(piece.error().code, Errc::io);
  EXPECT_THAT(piece.error().message, HasSubstr("cannot read a: Bad file descriptor"));
}

TEST(FileStream, AFileWhoseEdgesCannotBeReadIsAnIoError) {
  // Address 0 of a process's memory cannot be read, whoever asks.
  const Result<OpenedFile> file = open_file("/proc/self/mem");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::io);
}

TEST(FileStream, AFifoHasNoIdentityAndNoPlaces) {
  const TempFolder folder;
  const Fifo fifo(folder);
  OpenedFile file = open_file(fifo.path()).value();
  EXPECT_EQ(file.identity, "");
  EXPECT_FALSE(*file.bytes->seek(0));
}

TEST(FileStream, AFifoGivesWhatIsThere) {
  const TempFolder folder;
  const Fifo fifo(folder);
  OpenedFile file = open_file(fifo.path()).value();
  char c = 0;
  EXPECT_EQ(file.bytes->read(&c, 1, Wait::no)->kind, Piece::Kind::nothing_yet) << "no writer yet is no end";
  {
    const Descriptor writer = fifo.writer();
    EXPECT_EQ(file.bytes->read(&c, 1, Wait::no)->kind, Piece::Kind::nothing_yet);
    put(writer, "abc");
    EXPECT_EQ(get(*file.bytes), "abc");
    EXPECT_EQ(file.bytes->read(&c, 1, Wait::no)->kind, Piece::Kind::nothing_yet);
    put(writer, "d");
  }
  EXPECT_EQ(get(*file.bytes), "d");
  EXPECT_EQ(file.bytes->read(&c, 1, Wait::yes)->kind, Piece::Kind::end);
}

TEST(FileStream, ABlockedReadEndsWhenInterrupted) {
  const TempFolder folder;
  const Fifo fifo(folder);
  OpenedFile file = open_file(fifo.path()).value();
  const Descriptor writer = fifo.writer();
  std::thread other([&] { file.bytes->interrupt(); });
  char c = 0;
  for (int i = 0; i < 2; ++i) {
    const Result<Piece> piece = file.bytes->read(&c, 1, Wait::yes);
    ASSERT_FALSE(piece);
    EXPECT_EQ(piece.error().code, Errc::stopped);
  }
  other.join();
}

TEST(FileStream, AnInterruptedFileReadsNoMore) {
  const TempFolder folder;
  OpenedFile file = open_file(folder.write("a", "hello")).value();
  file.bytes->interrupt();
  EXPECT_THAT(get(*file.bytes), HasSubstr("was stopped"));
}

// Puts another descriptor in the place of standard input for a while.
class StandardInput {
 public:
  explicit StandardInput(int descriptor) : saved_(::dup(STDIN_FILENO)) {
    if (descriptor < 0)
      ::close(STDIN_FILENO);
    else
      ::dup2(descriptor, STDIN_FILENO);
  }
  ~StandardInput() {
    if (saved_ >= 0) ::dup2(saved_, STDIN_FILENO);
    if (saved_ >= 0) ::close(saved_);
  }
  StandardInput(const StandardInput&) = delete;
  StandardInput& operator=(const StandardInput&) = delete;

 private:
  int saved_;
};

TEST(FileStream, ADashIsStandardInputEvenWhenThatIsAFile) {
  const TempFolder folder;
  const Descriptor source(::open(folder.write("a", "hello").c_str(), O_RDONLY));
  const StandardInput replaced(source.get());
  OpenedFile file = open_file("-").value();
  EXPECT_EQ(file.identity, "");
  EXPECT_FALSE(*file.bytes->seek(0));
  EXPECT_EQ(get(*file.bytes), "hello");
  file.bytes.reset();
  EXPECT_GE(::fcntl(STDIN_FILENO, F_GETFD), 0) << "the process keeps its own";
}

TEST(FileStream, AClosedStandardInputIsAnIoError) {
  const StandardInput closed(-1);
  const Result<OpenedFile> file = open_file("-");
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, Errc::io);
}

}  // namespace
}  // namespace payferry::intake
