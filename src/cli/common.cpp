#include "cli/common.hpp"

#include <cstdio>

#include "core/ids.hpp"
#include "core/redact.hpp"

namespace payferry::cli {

void add_common(CLI::App& command, Common& common) {
  command.add_option("job", common.job_file, "The job file")->required()->type_name("JOB.yaml");
  command.add_option("--config", common.config_file, "Machine-wide settings under the job's own")
      ->type_name("FILE");
  command.add_option("--log-format", common.log_format, "How log lines look on standard error: text or json")
      ->check(CLI::IsMember({"text", "json"}))
      ->capture_default_str()
      ->type_name("FORMAT");
  command.add_option("--log-level", common.log_level, "What is worth a log line: debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str()
      ->type_name("LEVEL");
}

std::optional<settings::Settings> load_settings(const Common& common, settings::Needs needs) {
  std::optional<std::filesystem::path> config;
  if (!common.config_file.empty()) config = common.config_file;
  settings::Loaded loaded = settings::load(common.job_file, config, settings::process_environment(), needs);
  for (const std::string& warning : loaded.warnings)
    std::fprintf(stderr, "payferry: warning: %s\n", warning.c_str());
  if (loaded.mistakes.empty()) return std::move(loaded.settings);
  constexpr std::size_t kShown = 100;
  for (std::size_t i = 0; i < loaded.mistakes.size() && i < kShown; ++i)
    std::fprintf(stderr, "payferry: %s\n", settings::to_string(loaded.mistakes[i]).c_str());
  if (loaded.mistakes.size() > kShown)
    std::fprintf(stderr, "payferry: … and %zu more mistakes\n", loaded.mistakes.size() - kShown);
  return std::nullopt;
}

std::optional<std::string> wrong_selection(const std::vector<std::string>& accounts,
                                           const std::vector<std::string>& types) {
  for (const std::string& account : accounts)
    if (!is_account_id(account))
      return "--account " + account + ": a connected account's id begins with acct_";
  for (const std::string& type : types)
    if (type != "card" && type != "us_bank_account")
      return "--type " + type + ": Stripe clones card and us_bank_account only";
  return std::nullopt;
}

std::optional<std::string> not_of_a_queue(const settings::Settings& settings, const std::string& command) {
  if (!settings.source.is_queue()) return std::nullopt;
  return "`" + command +
         "` reads the whole list and leaves it where it is, and a queue is read by taking from it: give it a "
         "job "
         "whose source.csv is the list, before `payferry enqueue` puts that into the queue";
}

int fail(Outcome outcome, const std::string& message) {
  std::fprintf(stderr, "payferry: %s\n", redact(message).c_str());
  return exit_code(outcome);
}

int fail(const Error& error) {
  switch (error.code) {
    case Errc::ledger:
      return fail(Outcome::ledger, error.message);
    case Errc::unreachable:
    case Errc::untrusted:
    case Errc::refused:
    case Errc::interrupted:
      return fail(Outcome::refused, error.message);
    case Errc::internal:
      return fail(Outcome::internal, error.message);
    case Errc::usage:
    case Errc::io:
    case Errc::stopped:
      break;
  }
  return fail(Outcome::usage, error.message);
}

telemetry::LogLevel log_level(const Common& common) {
  return telemetry::log_level_from(common.log_level).value_or(telemetry::LogLevel::info);
}

telemetry::LogFormat log_format(const Common& common) {
  return telemetry::log_format_from(common.log_format).value_or(telemetry::LogFormat::text);
}

}  // namespace payferry::cli
