#pragma once

#include <cstdio>
#include <filesystem>
#include <string_view>

#include "core/result.hpp"

namespace payferry::report {

// A file that appears under its name only when it is whole. Dropped without commit() it leaves nothing
// behind.
class AtomicFile {
 public:
  // `mode`: permissions, e.g. 0600. Errors: io.
  static Result<AtomicFile> create(const std::filesystem::path& path, unsigned mode);
  AtomicFile(AtomicFile&& other) noexcept;
  AtomicFile& operator=(AtomicFile&&) = delete;
  ~AtomicFile();

  void write(std::string_view text);
  // Makes it durable and gives it its name. Errors: io, also of earlier writes.
  Result<void> commit();

 private:
  AtomicFile(std::FILE* file, std::filesystem::path path, std::filesystem::path aside);

  std::FILE* file_;
  std::filesystem::path path_;
  std::filesystem::path aside_;
  bool failed_ = false;
};

// The whole of it at once.
Result<void> write_atomically(const std::filesystem::path& path, std::string_view text, unsigned mode);

}  // namespace payferry::report
