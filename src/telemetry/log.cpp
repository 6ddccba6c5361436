#include "telemetry/log.hpp"

#include <fmt/format.h>
#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_sinks.h>

#include <array>
#include <cmath>

#include "core/redact.hpp"
#include "telemetry/text.hpp"

namespace payferry::telemetry {
namespace {

constexpr Nanoseconds kQuiet = std::chrono::seconds(1);
constexpr std::array<std::string_view, 4> kLevelNames{"debug", "info", "warn", "error"};

spdlog::level::level_enum spdlog_level(LogLevel level) {
  constexpr std::array kLevels{spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                               spdlog::level::err};
  return kLevels[static_cast<std::size_t>(level)];
}

// JSON knows no infinity.
std::string number(double value) {
  return std::isfinite(value) ? fmt::format("{}", value) : fmt::format("\"{}\"", value);
}

std::string shown(const LogField::Value& value, LogFormat format) {
  return std::visit(
      [&](const auto& plain) -> std::string {
        using T = std::decay_t<decltype(plain)>;
        if constexpr (std::is_same_v<T, std::string_view>) {
          const std::string safe = redact(plain);
          return format == LogFormat::json ? json_quoted(safe) : word_or_quoted(safe);
        } else if constexpr (std::is_same_v<T, double>) {
          return number(plain);
        } else {
          return fmt::format("{}", plain);
        }
      },
      value);
}

std::string text_line(std::string_view time, LogLevel level, std::string_view event, Log::Fields fields,
                      std::uint64_t suppressed) {
  std::string line = fmt::format("{} {} {}", time, to_string(level), event);
  for (const LogField& field : fields)
    line += fmt::format(" {}={}", field.key, shown(field.value, LogFormat::text));
  if (suppressed > 0) line += fmt::format(" suppressed={}", suppressed);
  return line;
}

std::string json_line(std::string_view time, LogLevel level, std::string_view event, Log::Fields fields,
                      std::uint64_t suppressed) {
  std::string line =
      fmt::format(R"({{"time":"{}","level":"{}","event":{})", time, to_string(level), json_quoted(event));
  for (const LogField& field : fields)
    line += fmt::format(",{}:{}", json_quoted(field.key), shown(field.value, LogFormat::json));
  if (suppressed > 0) line += fmt::format(",\"suppressed\":{}", suppressed);
  return line + "}";
}

}  // namespace

std::string_view to_string(LogLevel level) noexcept {
  return kLevelNames[static_cast<std::size_t>(level)];
}

std::optional<LogLevel> log_level_from(std::string_view name) noexcept {
  for (std::size_t at = 0; at < kLevelNames.size(); ++at)
    if (kLevelNames[at] == name) return static_cast<LogLevel>(at);
  return std::nullopt;
}

std::optional<LogFormat> log_format_from(std::string_view name) noexcept {
  if (name == "text") return LogFormat::text;
  if (name == "json") return LogFormat::json;
  return std::nullopt;
}

Log::Log(LogLevel level, LogFormat format, const Clock& clock)
    : Log(level, format, clock, std::make_shared<spdlog::sinks::stderr_sink_mt>()) {}

Log::Log(LogLevel level, LogFormat format, const Clock& clock, std::shared_ptr<spdlog::sinks::sink> sink)
    : level_(level), format_(format), clock_(clock) {
  logger_ = std::make_shared<spdlog::logger>("payferry", std::move(sink));
  logger_->set_level(spdlog::level::trace);
  logger_->set_pattern("%v");
  logger_->flush_on(spdlog::level::trace);
}

// The last warnings that nobody followed are owed a count.
Log::~Log() {
  for (auto& [event, repeated] : warnings_) {
    const std::uint64_t suppressed = std::exchange(repeated.suppressed, 0);
    repeated.shown_at = SteadyTime::min();
    if (suppressed > 0)
      write(LogLevel::info, "warnings_left_out", {{"warning", event}, {"suppressed", suppressed}});
  }
}

void Log::before_each_line(std::function<void()> hook) {
  before_line_ = std::move(hook);
}

std::optional<std::uint64_t> Log::pass(LogLevel level, std::string_view event) {
  if (level != LogLevel::warn) return 0;
  const SteadyTime now = clock_.steady();
  const auto found = warnings_.find(event);
  if (found == warnings_.end()) {
    warnings_.emplace(event, Repeated{now, 0});
    return 0;
  }
  Repeated& repeated = found->second;
  if (now - repeated.shown_at < kQuiet) {
    ++repeated.suppressed;
    return std::nullopt;
  }
  repeated.shown_at = now;
  return std::exchange(repeated.suppressed, 0);
}

void Log::write(LogLevel level, std::string_view event, Fields fields) {
  if (!shows(level)) return;
  const std::lock_guard lock(mutex_);
  const std::optional<std::uint64_t> suppressed = pass(level, event);
  if (!suppressed) return;
  const std::string time = to_iso8601(clock_.wall_ms());
  emit(level, format_ == LogFormat::json ? json_line(time, level, event, fields, *suppressed)
                                         : text_line(time, level, event, fields, *suppressed));
}

void Log::emit(LogLevel level, const std::string& line) {
  if (before_line_) before_line_();
  logger_->log(spdlog_level(level), spdlog::string_view_t(line));
}

}  // namespace payferry::telemetry
