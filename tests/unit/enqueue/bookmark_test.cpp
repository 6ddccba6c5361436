#include "enqueue/bookmark.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "support/temp_folder.hpp"

namespace payferry::enqueue {
namespace {

Bookmark sample() {
  return {"identity", "header", {{18'446'744'073'709'551'615u, 3, 2}, 1, 1}, 77, true};
}

TEST(Bookmark, IsReadAsItWasWritten) {
  EXPECT_EQ(bookmark_from(to_json(sample(), "/lists/\"in\".csv", "queue")), sample());
}

TEST(Bookmark, AnythingElseIsNone) {
  const std::string good = to_json(sample(), "list", "queue");
  for (std::size_t size = 0; size + 2 < good.size(); ++size)
    EXPECT_FALSE(bookmark_from(good.substr(0, size))) << size;
  for (const char* text : {"[]", "{}", "null", R"({"payferry_enqueue":2})"})
    EXPECT_FALSE(bookmark_from(text));
  std::string negative = good;
  negative.replace(negative.find("\"lines\": 2"), 10, "\"lines\": -");
  EXPECT_FALSE(bookmark_from(negative));
}

class BookmarkOfAJob : public testing::Test {
 protected:
  BookmarkOfAJob() {
    settings_.beside = folder_.path() / "new/ledger.db";
    settings_.source.amqp.queue = "queue";
  }
  test::TempFolder folder_;
  settings::Settings settings_;
};

TEST_F(BookmarkOfAJob, IsKeptForOneListAndOneQueue) {
  {
    const BookmarkFile file = std::move(BookmarkFile::open(settings_, "/a.csv").value());
    EXPECT_FALSE(file.read().value());
    ASSERT_TRUE(file.write(sample()));
    EXPECT_EQ(file.read().value(), sample());
  }
  EXPECT_EQ(BookmarkFile::open(settings_, "/a.csv").value().read().value(), sample());
  EXPECT_FALSE(BookmarkFile::open(settings_, "/b.csv").value().read().value());
  settings_.source.amqp.host = "elsewhere";
  EXPECT_FALSE(BookmarkFile::open(settings_, "/a.csv").value().read().value());
}

TEST_F(BookmarkOfAJob, IsHeldByOneAtATime) {
  const BookmarkFile file = std::move(BookmarkFile::open(settings_, "/a.csv").value());
  const auto second = BookmarkFile::open(settings_, "/a.csv");
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::ledger);
  EXPECT_TRUE(BookmarkFile::open(settings_, "/b.csv"));
}

TEST_F(BookmarkOfAJob, DamagedIsNotTakenForNone) {
  const BookmarkFile file = std::move(BookmarkFile::open(settings_, "/a.csv").value());
  std::ofstream(file.path()) << "{";
  const auto read = file.read();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::ledger);
  EXPECT_NE(read.error().message.find("--again"), std::string::npos);
}

}  // namespace
}  // namespace payferry::enqueue
