#include "telemetry/progress.hpp"

#include <fmt/format.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <ostream>

#include "telemetry/text.hpp"

namespace payferry::telemetry {
namespace {

constexpr std::string_view kEraseLine = "\r\x1b[K";
constexpr double kLongest = 99 * 24 * 3600.0;  // farther off is a guess that helps nobody

std::string time_left(double seconds) {
  const auto whole = static_cast<std::uint64_t>(seconds + 0.5);
  const std::uint64_t days = whole / 86'400, hours = whole / 3600 % 24, minutes = whole / 60 % 60;
  if (days > 0) return fmt::format("{} d {}:{:02}:{:02}", days, hours, minutes, whole % 60);
  if (hours > 0) return fmt::format("{}:{:02}:{:02}", hours, minutes, whole % 60);
  return fmt::format("{}:{:02}", minutes, whole % 60);
}

std::string how_far(const Snapshot& now) {
  if (now.to_detach > 0)
    return fmt::format("{} of {} detached ({} %)", with_separators(now.detached),
                       with_separators(now.to_detach), now.detached * 100 / now.to_detach);
  const std::string done = with_separators(now.items.ended());
  const std::string known = with_separators(now.items.read);
  if (now.counting) return fmt::format("{} done, earlier ones being counted", done);
  if (!now.input_complete) return fmt::format("{} of {}+ done", done, known);
  if (now.items.read == 0) return fmt::format("{} of {} done", done, known);
  // Rounded down: 100 % is said only of what is complete.
  return fmt::format("{} of {} done ({} %)", done, known, now.items.ended() * 100 / now.items.read);
}

}  // namespace

std::optional<ProgressMode> progress_mode_from(std::string_view name) noexcept {
  if (name == "auto") return ProgressMode::automatic;
  if (name == "plain") return ProgressMode::plain;
  if (name == "none") return ProgressMode::none;
  return std::nullopt;
}

std::string progress_line(const Snapshot& now, std::size_t width) {
  std::string line = how_far(now) + fmt::format(" · {:.1f}/s", now.ended_per_second);
  const auto add_count = [&](Count count, std::string_view what) {
    if (count > 0) line += fmt::format(" · {} {}", with_separators(count), what);
  };
  add_count(now.items.failed, "failed");
  add_count(now.items.rejected, "rejected");
  add_count(now.items.blocked, "blocked");
  add_count(now.pending_reasons.total(), "parked");
  if (!now.held_by.empty()) line += " · held by " + now.held_by;
  if (now.seconds_left && *now.seconds_left >= 0 && *now.seconds_left < kLongest)
    line += " · " + time_left(*now.seconds_left) + " left";
  return width == 0 ? line : std::string(first_characters(line, width));
}

std::size_t terminal_width(int descriptor) {
  winsize size{};
  return ::ioctl(descriptor, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

Progress::Progress(std::ostream& out, ProgressMode mode, bool is_terminal)
    : out_(out),
      shows_(mode != ProgressMode::none),
      rewrites_(mode == ProgressMode::automatic && is_terminal) {}

bool Progress::due(SteadyTime now) const {
  const std::lock_guard lock(mutex_);
  return is_due(now);
}

bool Progress::is_due(SteadyTime now) const {
  return shows_ && (!shown_at_ || now - *shown_at_ >= (rewrites_ ? kRewriteEvery : kLineEvery));
}

void Progress::show(const Snapshot& snapshot, SteadyTime now, std::size_t width) {
  show(progress_line(snapshot, 0), now, width);
}

void Progress::show(std::string_view line, SteadyTime now, std::size_t width) {
  const std::lock_guard lock(mutex_);
  if (!is_due(now)) return;
  shown_at_ = now;
  if (rewrites_) {
    // One column stays free: a full line would wrap, and could not be rewritten.
    out_ << kEraseLine << first_characters(line, std::max<std::size_t>(width, 2) - 1) << std::flush;
    on_screen_ = true;
  } else {
    out_ << line << '\n' << std::flush;
  }
}

void Progress::finish(const Snapshot& snapshot, std::size_t width) {
  finish(progress_line(snapshot, 0), width);
}

void Progress::finish(std::string_view line, std::size_t width) {
  const std::lock_guard lock(mutex_);
  if (!shows_) return;
  if (rewrites_) out_ << kEraseLine;
  on_screen_ = false;
  out_ << (rewrites_ && width > 0 ? first_characters(line, width) : line) << '\n' << std::flush;
}

void Progress::clear() {
  const std::lock_guard lock(mutex_);
  if (!on_screen_) return;
  out_ << kEraseLine << std::flush;
  on_screen_ = false;
  shown_at_.reset();
}

}  // namespace payferry::telemetry
