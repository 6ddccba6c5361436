#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.hpp"
#include "enqueue/outbox.hpp"
#include "settings/settings.hpp"

namespace payferry::enqueue {

// How far a list has come into a queue, as a file keeps it.
struct Bookmark {
  std::string identity;  // of the list's bytes
  std::string header;    // digest of its header
  Mark mark;
  std::uint64_t rejects_size = 0;  // bytes of the rejects file that count
  bool complete = false;

  bool operator==(const Bookmark&) const = default;
};

std::string to_json(const Bookmark& bookmark, const std::string& list, const std::string& queue);
std::optional<Bookmark> bookmark_from(const std::string& json);

// The file of one list and one queue, beside the ledger. Held by one process at a time.
class BookmarkFile {
 public:
  // Makes the folder where there is none. Errors: ledger: another process holds it, or it cannot be written.
  static Result<BookmarkFile> open(const settings::Settings& settings, const std::string& list);
  BookmarkFile(BookmarkFile&& other) noexcept;
  BookmarkFile& operator=(BookmarkFile&&) = delete;
  ~BookmarkFile();

  const std::filesystem::path& path() const { return path_; }
  // What was kept last. Errors: ledger: it is damaged.
  Result<std::optional<Bookmark>> read() const;
  // Written aside and renamed: durable when it returns. Errors: ledger.
  Result<void> write(const Bookmark& bookmark) const;

 private:
  BookmarkFile(std::filesystem::path path, int lock, std::string list, std::string queue)
      : path_(std::move(path)), lock_(lock), list_(std::move(list)), queue_(std::move(queue)) {}

  std::filesystem::path path_;
  int lock_;
  std::string list_;
  std::string queue_;
};

}  // namespace payferry::enqueue
