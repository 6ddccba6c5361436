#include "enqueue/feed.hpp"

#include <utility>

namespace payferry::enqueue {
namespace {

constexpr std::size_t kBatches = 4;
constexpr std::size_t kBatchLines = 256;
constexpr std::size_t kBatchBytes = 512 * 1024;

}  // namespace

Feed::Feed(intake::CsvLines lines, settings::TargetSettings rules, Place from, std::function<void()> on_batch)
    : lines_(std::move(lines)),
      rules_(std::move(rules)),
      place_(from),
      on_batch_(std::move(on_batch)),
      thread_([this] { read_all(); }) {}

Feed::~Feed() {
  {
    const std::lock_guard lock(mutex_);
    interrupted_ = true;
  }
  changed_.notify_all();
  lines_.interrupt();
  thread_.join();
}

std::optional<Feed::Batch> Feed::take() {
  const std::lock_guard lock(mutex_);
  if (batches_.empty()) return std::nullopt;
  Batch batch = std::move(batches_.front());
  batches_.pop_front();
  changed_.notify_all();
  return batch;
}

void Feed::read_all() {
  if (const Result<void> there = go_to(place_); !there) {
    hand_over({{}, false, there.error()});
    return;
  }
  for (;;) {
    Batch batch = read_batch();
    const bool last = batch.end || batch.error;
    if (!hand_over(std::move(batch)) || last) return;
  }
}

// What is packed cannot be sought in: it is read, and nothing made of it.
Result<void> Feed::go_to(const Place& place) {
  if (place.lines == 0) return {};
  const Result<bool> sought = lines_.seek({place.offset, place.line, lines_.header().digest});
  if (!sought) return sought.error();
  while (!*sought && lines_.position().offset < place.offset) {
    const Result<intake::RecordReader::Got> got = lines_.read(intake::Wait::yes);
    if (!got) return got.error();
    if (*got == intake::RecordReader::Got::end) break;
  }
  if (lines_.position().offset == place.offset) return {};
  return make_error(Errc::io,
                    "the list has no line where the last one was confirmed, though its size and times are "
                    "the same; --again sends all of it");
}

Feed::Batch Feed::read_batch() {
  Batch batch;
  for (std::size_t bytes = 0; batch.lines.size() < kBatchLines && bytes < kBatchBytes;) {
    const auto wait = batch.lines.empty() ? intake::Wait::yes : intake::Wait::no;
    const Result<intake::RecordReader::Got> got = lines_.read(wait);
    if (!got && batch.lines.empty()) batch.error = got.error();
    batch.end = got && *got == intake::RecordReader::Got::end;
    if (!got || *got != intake::RecordReader::Got::record) break;
    Outgoing line = outgoing_of(lines_, rules_);
    place_ = {lines_.position().offset, lines_.position().line, place_.lines + 1};
    line.behind = place_;
    bytes += line.size();
    batch.lines.push_back(std::move(line));
  }
  return batch;
}

bool Feed::hand_over(Batch batch) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return interrupted_ || batches_.size() < kBatches; });
  if (interrupted_) return false;
  batches_.push_back(std::move(batch));
  lock.unlock();
  on_batch_();
  return true;
}

}  // namespace payferry::enqueue
