#pragma once

#include <cstdint>
#include <iosfwd>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "telemetry/snapshot.hpp"

namespace payferry::telemetry {

enum class ProgressMode : std::uint8_t { automatic, plain, none };
std::optional<ProgressMode> progress_mode_from(std::string_view name) noexcept;  // auto | plain | none

// "1,234 of 2,000 done (61 %) · 19.8/s · 3 failed · held by clone limit · 0:38 left", of at most `width`
// characters (0: as long as it is), without a line end.
std::string progress_line(const Snapshot& now, std::size_t width);

// Columns of the terminal behind a file descriptor; 0 if it is none.
std::size_t terminal_width(int descriptor);

// Shows how far a run is: on a terminal one line that is rewritten, elsewhere (and in plain mode) a line of
// its own now and then. From any thread: clear() is called before log lines, and not only one thread logs.
class Progress {
 public:
  static constexpr Nanoseconds kRewriteEvery = std::chrono::milliseconds(250);
  static constexpr Nanoseconds kLineEvery = std::chrono::seconds(10);

  // `out` must outlive it.
  Progress(std::ostream& out, ProgressMode mode, bool is_terminal);

  // Whether show() would show anything now: a snapshot need not be taken before.
  bool due(SteadyTime now) const;
  void show(const Snapshot& snapshot, SteadyTime now, std::size_t width);
  void show(std::string_view line, SteadyTime now, std::size_t width);
  // The last word, on a line of its own.
  void finish(const Snapshot& snapshot, std::size_t width);
  void finish(std::string_view line, std::size_t width);
  // Takes the line off the terminal, for something else to be written; the next show() puts it back.
  void clear();

 private:
  bool is_due(SteadyTime now) const;

  std::ostream& out_;
  const bool shows_;
  const bool rewrites_;
  mutable std::mutex mutex_;
  bool on_screen_ = false;
  std::optional<SteadyTime> shown_at_;
};

}  // namespace payferry::telemetry
