#pragma once

#include <spdlog/fwd.h>

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "core/clock.hpp"

namespace payferry::telemetry {

enum class LogLevel : std::uint8_t { debug, info, warn, error };
enum class LogFormat : std::uint8_t { text, json };
std::string_view to_string(LogLevel) noexcept;
std::optional<LogLevel> log_level_from(std::string_view name) noexcept;
std::optional<LogFormat> log_format_from(std::string_view name) noexcept;

// One thing that a line says. The vocabulary is shared with metrics and reports: job, item, account, step,
// endpoint, outcome, code, message, request_id, attempt, line, seconds. Lives as long as the call.
struct LogField {
  using Value = std::variant<std::string_view, std::int64_t, std::uint64_t, double, bool>;

  template <class T>
  LogField(std::string_view key_, const T& value_) : key(key_), value(value_of(value_)) {}

  std::string_view key;
  Value value;

 private:
  template <class T>
  static Value value_of(const T& value) {
    if constexpr (std::is_same_v<T, bool>)
      return value;
    else if constexpr (std::is_floating_point_v<T>)
      return static_cast<double>(value);
    else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>)
      return static_cast<std::int64_t>(value);
    else if constexpr (std::is_integral_v<T>)
      return static_cast<std::uint64_t>(value);
    else
      return std::string_view(value);
  }
};

// Structured lines, by default to standard error, from any thread:
//   2026-11-23T04:20:00Z info item_failed account=acct_1 code=card_declined
//   {"time":"2026-11-23T04:20:00Z","level":"info","event":"item_failed","account":"acct_1",…}
// Every text goes through redact(). Events are words of the code, so their number is bounded; a successful
// item is worth a line at debug level only. A warning whose event was shown less than a second ago is not
// shown; the next one says how many were left out (suppressed).
class Log {
 public:
  using Fields = std::initializer_list<LogField>;

  Log(LogLevel level, LogFormat format, const Clock& clock);
  // With a destination of its own; for tests.
  Log(LogLevel level, LogFormat format, const Clock& clock, std::shared_ptr<spdlog::sinks::sink> sink);
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  void debug(std::string_view event, Fields fields = {}) { write(LogLevel::debug, event, fields); }
  void info(std::string_view event, Fields fields = {}) { write(LogLevel::info, event, fields); }
  void warn(std::string_view event, Fields fields = {}) { write(LogLevel::warn, event, fields); }
  void error(std::string_view event, Fields fields = {}) { write(LogLevel::error, event, fields); }
  void write(LogLevel level, std::string_view event, Fields fields);

  bool shows(LogLevel level) const noexcept { return level >= level_; }
  // Called before each line, on the writer's thread: takes a progress line off the terminal. Set it before
  // other threads log.
  void before_each_line(std::function<void()> hook);

 private:
  struct Repeated {
    SteadyTime shown_at;
    std::uint64_t suppressed = 0;
  };

  // How many were left out since the last one that was shown; none: this one is left out too.
  std::optional<std::uint64_t> pass(LogLevel level, std::string_view event);
  void emit(LogLevel level, const std::string& line);

  const LogLevel level_;
  const LogFormat format_;
  const Clock& clock_;
  std::shared_ptr<spdlog::logger> logger_;
  std::function<void()> before_line_;
  std::mutex mutex_;  // the ledger's thread logs too
  std::map<std::string, Repeated, std::less<>> warnings_;
};

}  // namespace payferry::telemetry
