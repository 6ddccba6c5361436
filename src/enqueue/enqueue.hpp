#pragma once

#include <memory>
#include <optional>
#include <string>

#include "enqueue/sender.hpp"
#include "enqueue/standing.hpp"
#include "telemetry/log.hpp"

namespace payferry::enqueue {

struct Options {
  std::string list;          // a path, or "-" for standard input
  std::string rejects_file;  // empty: beside the list
  bool again = false;        // from its start, whatever was sent
  std::size_t window = 1000;
};

// One list on its way into the queue that a job reads.
class Enqueue {
 public:
  // Opens the list, and what is known of it. Settings and log must outlive it. Errors: usage (the list, its
  // header, a rejects file that is none), io, ledger (the progress cannot be kept).
  static Result<std::unique_ptr<Enqueue>> open(const settings::Settings& settings, Options options,
                                               telemetry::Log& log);

  // When the list has been sent whole before: how that ended. There is nothing to run then.
  const std::optional<Ending>& ended_before() const { return ended_before_; }
  const Subject& subject() const { return subject_; }
  // Blocks. The others from any thread.
  Ending run();
  void stop(const std::string& why) { sender_->stop(why); }
  void sever() noexcept { sender_->sever(); }
  Standing standing() const;

 private:
  Enqueue(const settings::Settings& settings, Options options, telemetry::Log& log)
      : settings_(settings), options_(std::move(options)), log_(log) {}
  Result<void> open_list();
  Result<Bookmark> begin(const std::string& identity);
  Result<Bookmark> look_up(Bookmark anew);
  Result<void> prepare(const Bookmark& from);
  Bookmark begin_anew(const std::string& identity) const;

  const settings::Settings& settings_;
  Options options_;
  telemetry::Log& log_;
  Subject subject_;
  std::uint64_t size_ = 0;
  std::optional<intake::CsvLines> lines_;
  std::optional<BookmarkFile> bookmark_;
  std::optional<RejectsFile> rejects_;
  std::optional<Keeper> keeper_;
  std::optional<Sender> sender_;
  std::optional<Ending> ended_before_;
};

}  // namespace payferry::enqueue
