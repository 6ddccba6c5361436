#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <thread>

#include "intake/file_stream.hpp"
#include "intake/source.hpp"
#include "unit/intake/support.hpp"

namespace payferry::intake {
namespace {

using testing::HasSubstr;

settings::Settings job_for(const std::string& csv) {
  settings::Settings job;
  job.source.csv = csv;
  job.target.accounts = {"acct_1"};
  return job;
}

const std::string kText = "customer,payment_method\ncus_1,pm_1\ncus_2,pm_2\n";

TEST(OpenSource, AFileResumesWhereItWasLeft) {
  const TempFolder folder;
  const std::string path = folder.write("in.csv", kText);
  std::string position;
  std::string identity;
  {
    const auto source = std::move(open_source(job_for(path)).value());
    identity = source->identity();
    position = source->next(1)->position;
  }
  const auto source = std::move(open_source(job_for(path)).value());
  EXPECT_EQ(source->identity(), identity);
  ASSERT_TRUE(*source->seek(position));
  const Batch rest = drain(*source);
  ASSERT_EQ(rest.entries.size(), 1u);
  EXPECT_EQ(rest.entries[0].payment_method, "pm_2");
  EXPECT_EQ(rest.entries[0].line, 3u);
}

TEST(OpenSource, AChangedFileIsAnotherInput) {
  const TempFolder folder;
  const std::string path = folder.write("in.csv", kText);
  const std::string before = open_source(job_for(path)).value()->identity();
  folder.write("in.csv", kText + "cus_3,pm_3\n");
  EXPECT_NE(open_source(job_for(path)).value()->identity(), before);
}

TEST(OpenSource, GzipIsKnownByItsBytesNotItsName) {
  const TempFolder folder;
  for (const char* name : {"in.csv.gz", "in.csv"}) {
    const auto source = std::move(open_source(job_for(folder.write(name, gzip(kText)))).value());
    EXPECT_NE(source->identity(), "");
    EXPECT_EQ(drain(*source).lines, 2u);
  }
  const auto plain = std::move(open_source(job_for(folder.write("plain.gz", kText))).value());
  EXPECT_EQ(drain(*plain).lines, 2u);
}

TEST(OpenSource, WhatCannotBeOpenedSaysWhy) {
  const TempFolder folder;
  EXPECT_EQ(open_source(job_for(folder.file(""))).error().code, Errc::usage);
  EXPECT_EQ(open_source(job_for(folder.file("none.csv"))).error().code, Errc::io);
  EXPECT_EQ(open_source(job_for("/dev/null")).error().code, Errc::usage);
  const auto empty = open_source(job_for(folder.write("empty.csv", "")));
  ASSERT_FALSE(empty);
  EXPECT_EQ(empty.error().code, Errc::usage);
  EXPECT_THAT(empty.error().message, HasSubstr("empty.csv:1: the file is empty"));
}

TEST(OpenSource, AFifoIsReadAsItComesAndCanBeInterrupted) {
  const TempFolder folder;
  const std::string path = folder.file("fifo");
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  // Both ends at once, so that the header is there before open_source() asks for it.
  const Descriptor writer(::open(path.c_str(), O_RDWR | O_CLOEXEC));
  const std::string start = "customer,payment_method\ncus_1,pm_1\ncus_2";
  ASSERT_EQ(::write(writer.get(), start.data(), start.size()), static_cast<ssize_t>(start.size()));

  const auto source = std::move(open_source(job_for(path)).value());
  EXPECT_EQ(source->identity(), "");
  const Batch batch = source->next(100).value();
  EXPECT_EQ(batch.lines, 1u);
  EXPECT_FALSE(batch.end);
  EXPECT_FALSE(*source->seek(batch.position));

  std::thread other([&] { source->interrupt(); });
  const Result<Batch> stopped = source->next(100);
  other.join();
  ASSERT_FALSE(stopped);
  EXPECT_EQ(stopped.error().code, Errc::stopped);
}

}  // namespace
}  // namespace payferry::intake
