#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.hpp"

namespace payferry::enqueue {

// Where the lines go that are no messages: the list's own columns, then why. Made when there is something to
// write; readable by its owner only.
class RejectsFile {
 public:
  RejectsFile(std::filesystem::path path, std::vector<std::string> columns)
      : path_(std::move(path)), columns_(std::move(columns)) {}
  RejectsFile(const RejectsFile&) = delete;
  RejectsFile& operator=(const RejectsFile&) = delete;
  ~RejectsFile();

  // Errors: usage: a file of that name is there and is no rejects file, so that it must not be written to.
  Result<void> check() const;
  // Only its first `counts` bytes count: the rest was written by a process that did not come to keep its
  // progress, and is written again. With none it is removed. Errors: as check(); io.
  Result<void> begin(std::uint64_t counts);
  // Durable when it returns. Errors: io.
  Result<void> append(const std::string& records);

  const std::filesystem::path& path() const { return path_; }
  std::uint64_t size() const { return size_; }

 private:
  Result<void> write(const std::string& text);
  Error cannot(int number) const;

  std::filesystem::path path_;
  std::vector<std::string> columns_;
  int descriptor_ = -1;
  std::uint64_t size_ = 0;
};

// LIST.rejects.csv beside LIST.csv, LIST.csv.gz or LIST.
std::filesystem::path rejects_beside(const std::filesystem::path& list);

}  // namespace payferry::enqueue
