#pragma once

#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>

#include "core/result.hpp"

namespace payferry::report {

// A file that is written over several runs and gets its name when it is whole. Beside it stand FILE.part, and
// FILE.cursor, which says how much of that counts and where to go on. Both are readable by their owner only.
class ListFile {
 public:
  // Goes on where the cursor's first line is `title`; begins anew where there is none, or `anew`. Errors:
  // usage, where it says something else; io.
  static Result<ListFile> open(std::filesystem::path path, const std::string& title, bool anew);

  // Where to go on; empty: from the start.
  const std::string& after() const { return after_; }
  // `text` and where to go on behind it, durable together. Errors: io.
  Result<void> append(const std::string& text, const std::string& after);
  // Gives it its name.
  Result<void> finish();

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  ListFile(std::filesystem::path path, std::string title)
      : path_(std::move(path)), title_(std::move(title)) {}
  std::filesystem::path beside(const char* suffix) const { return path_.string() + suffix; }
  Result<void> read_cursor();
  Result<void> open_part();

  std::filesystem::path path_;
  std::string title_;
  std::string after_;
  std::uint64_t size_ = 0;
  std::unique_ptr<std::FILE, Close> file_;
};

}  // namespace payferry::report
