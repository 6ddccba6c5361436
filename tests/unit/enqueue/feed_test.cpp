#include "enqueue/feed.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "unit/enqueue/support.hpp"

namespace payferry::enqueue {
namespace {

std::string list_of(int lines) {
  std::string text = "customer,payment_method\n";
  for (int i = 0; i < lines; ++i) text += "cus_" + std::to_string(i) + ",pm_" + std::to_string(i) + "\n";
  return text;
}

// Something that cannot be sought in, as what is packed.
class Pipe final : public intake::ByteStream {
 public:
  explicit Pipe(std::string text) : bytes_(std::move(text)) {}
  Result<intake::Piece> read(char* into, std::size_t size, intake::Wait wait) override {
    return bytes_.read(into, size, wait);
  }

 private:
  intake::MemoryStream bytes_;
};

class Waking {
 public:
  void wake() {
    const std::lock_guard lock(mutex_);
    ++count_;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return count_ > 0; });
    --count_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  int count_ = 0;
};

struct Fed {
  std::vector<Outgoing> lines;
  std::optional<Error> error;
};

Fed all_of(intake::CsvLines lines, Place from) {
  Waking waking;
  Feed feed(std::move(lines), one_account(), from, [&waking] { waking.wake(); });
  Fed fed;
  for (;;) {
    waking.wait();
    std::optional<Feed::Batch> batch = feed.take();
    if (!batch) continue;
    for (Outgoing& line : batch->lines) fed.lines.push_back(std::move(line));
    fed.error = batch->error;
    if (batch->end || batch->error) return fed;
  }
}

TEST(Feed, BringsAllLinesInOrderWithTheirPlaces) {
  const Fed fed = all_of(lines_of(list_of(3000)), {});
  ASSERT_EQ(fed.lines.size(), 3000u);
  for (std::size_t i = 0; i < 3000; ++i) {
    EXPECT_EQ(fed.lines[i].behind.lines, i + 1);
    EXPECT_EQ(fed.lines[i].behind.line, i + 3);
  }
  EXPECT_EQ(fed.lines.back().behind.offset, list_of(3000).size());
}

TEST(Feed, GoesOnBehindAPlaceWhetherItCanBeSoughtOrNot) {
  const std::string text = list_of(2000);
  const Fed whole = all_of(lines_of(text), {});
  for (const std::size_t at : {1u, 777u, 1999u}) {
    const Place place = whole.lines[at - 1].behind;
    const Fed sought = all_of(lines_of(text), place);
    const Fed skipped =
        all_of(std::move(intake::CsvLines::open(std::make_unique<Pipe>(text), "pipe", one_account()).value()),
               place);
    for (const Fed& fed : {sought, skipped}) {
      ASSERT_EQ(fed.lines.size(), 2000 - at);
      EXPECT_EQ(fed.lines.front().id, whole.lines[at].id) << "of the line's own number";
      EXPECT_EQ(fed.lines.back().behind, whole.lines.back().behind);
    }
  }
}

TEST(Feed, APlaceThatIsNoneIsAnError) {
  const Fed fed = all_of(
      std::move(intake::CsvLines::open(std::make_unique<Pipe>(list_of(5)), "pipe", one_account()).value()),
      {1'000'000, 9, 8});
  EXPECT_TRUE(fed.lines.empty());
  ASSERT_TRUE(fed.error);
  EXPECT_NE(fed.error->message.find("--again"), std::string::npos);
}

TEST(Feed, EndsWhereverItIs) {
  Feed full(lines_of(list_of(100'000)), one_account(), {}, [] {});
  Feed fresh(lines_of(list_of(1)), one_account(), {}, [] {});
}

}  // namespace
}  // namespace payferry::enqueue
