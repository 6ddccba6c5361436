#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <queue>
#include <type_traits>
#include <vector>

namespace payferry::pipeline {

// A file without a name in the system's temporary folder: it goes with the process, however that ends. Throws
// std::system_error.
class NamelessFile {
 public:
  NamelessFile();
  NamelessFile(const NamelessFile&) = delete;
  NamelessFile& operator=(const NamelessFile&) = delete;
  ~NamelessFile();
  void write(const void* from, std::size_t bytes, std::uint64_t at);
  void read(void* to, std::size_t bytes, std::uint64_t at);

 private:
  int descriptor_;
};

// Any number of rows in order, in memory that does not grow with them: sorted pieces on disk, merged when
// they are read. `Less` orders rows that must differ.
template <class Row, class Less>
class SortedRuns {
  static_assert(std::is_trivially_copyable_v<Row>);

 public:
  explicit SortedRuns(std::size_t rows_in_memory) : most_(rows_in_memory) {}

  void add(const Row& row) {
    if (rows_.size() == most_) spill();
    if (rows_.capacity() == 0) rows_.reserve(most_);
    rows_.push_back(row);
  }

  // Gives every row in order, once; nothing may be added afterwards.
  template <class Take>
  void drain(Take take) {
    if (runs_.empty()) {
      std::sort(rows_.begin(), rows_.end(), Less());
      for (const Row& row : rows_) take(row);
    } else {
      if (!rows_.empty()) spill();
      std::vector<Row>().swap(rows_);
      merge(take);
    }
    std::vector<Row>().swap(rows_);
  }

 private:
  struct Run {
    std::uint64_t next = 0;  // row in the file
    std::uint64_t end = 0;
    std::vector<Row> buffer;
    std::size_t at = 0;
  };

  void spill() {
    std::sort(rows_.begin(), rows_.end(), Less());
    if (!file_) file_ = std::make_unique<NamelessFile>();
    file_->write(rows_.data(), rows_.size() * sizeof(Row), written_ * sizeof(Row));
    runs_.push_back({written_, written_ + rows_.size(), {}, 0});
    written_ += rows_.size();
    rows_.clear();
  }

  bool fill(Run& run) {
    if (run.at < run.buffer.size()) return true;
    const std::size_t rows = std::min<std::uint64_t>(rows_per_read_, run.end - run.next);
    run.buffer.resize(rows);
    run.at = 0;
    if (rows == 0) return false;
    file_->read(run.buffer.data(), rows * sizeof(Row), run.next * sizeof(Row));
    run.next += rows;
    return true;
  }

  template <class Take>
  void merge(Take take) {
    rows_per_read_ = std::max<std::size_t>(16, most_ / 2 / runs_.size());
    const auto later = [](const Run* a, const Run* b) { return Less()(b->buffer[b->at], a->buffer[a->at]); };
    std::priority_queue<Run*, std::vector<Run*>, decltype(later)> heads(later);
    for (Run& run : runs_)
      if (fill(run)) heads.push(&run);
    while (!heads.empty()) {
      Run* run = heads.top();
      heads.pop();
      const Row row = run->buffer[run->at++];
      if (fill(*run)) heads.push(run);
      take(row);
    }
    runs_.clear();
    file_.reset();
  }

  const std::size_t most_;
  std::vector<Row> rows_;
  std::vector<Run> runs_;
  std::unique_ptr<NamelessFile> file_;
  std::uint64_t written_ = 0;
  std::size_t rows_per_read_ = 0;
};

}  // namespace payferry::pipeline
