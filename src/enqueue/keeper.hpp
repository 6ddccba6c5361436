#pragma once

#include <optional>
#include <string>

#include "core/crash_point.hpp"
#include "enqueue/bookmark.hpp"
#include "enqueue/rejects_file.hpp"

namespace payferry::enqueue {

// What must survive, in the order in which it must: the rejects, then the progress that passes them.
class Keeper {
 public:
  // `file`: none for a list that is not known to be the same another time. `bookmark`: where it begins.
  Keeper(std::optional<BookmarkFile> file, RejectsFile& rejects, Bookmark bookmark)
      : file_(std::move(file)), rejects_(rejects), bookmark_(std::move(bookmark)) {}

  // Errors: ledger, whatever cannot be written.
  Result<void> keep(const Mark& mark, const std::string& rejects, bool complete) {
    crash_point("before rejects are written");
    const Result<void> appended = rejects_.append(rejects);
    if (!appended) return make_error(Errc::ledger, appended.error().message);
    bookmark_.mark = mark;
    bookmark_.rejects_size = rejects_.size();
    bookmark_.complete = complete;
    crash_point("before progress is kept");
    if (!file_) return {};
    Result<void> written = file_->write(bookmark_);
    crash_point("after progress is kept");
    return written;
  }

  const Bookmark& kept() const { return bookmark_; }

 private:
  std::optional<BookmarkFile> file_;
  RejectsFile& rejects_;
  Bookmark bookmark_;
};

}  // namespace payferry::enqueue
