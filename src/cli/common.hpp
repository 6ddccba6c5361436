#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/words.hpp"
#include "ledger/reader.hpp"
#include "settings/settings.hpp"
#include "telemetry/log.hpp"

// What all commands share.
namespace payferry::cli {

// Options that stand behind every command.
struct Common {
  std::string job_file;
  std::string config_file;
  std::string log_format = "text";
  std::string log_level = "info";
};

// A command registers itself and says what to do when it is chosen; the action answers the exit code.
using Action = std::function<int()>;
void add_run(CLI::App& app, Action& chosen);
void add_validate(CLI::App& app, Action& chosen);
void add_plan(CLI::App& app, Action& chosen);
void add_rehearse(CLI::App& app, Action& chosen);
void add_status(CLI::App& app, Action& chosen);
void add_retry(CLI::App& app, Action& chosen);
void add_explain(CLI::App& app, Action& chosen);
void add_report(CLI::App& app, Action& chosen);
void add_rollback(CLI::App& app, Action& chosen);
void add_verify(CLI::App& app, Action& chosen);
void add_export(CLI::App& app, Action& chosen);
void add_enqueue(CLI::App& app, Action& chosen);
void add_ledger(CLI::App& app, Action& chosen);
// pause, resume, set, skip-account, take-account and stop.
void add_steering(CLI::App& app, Action& chosen);
void add_generate(CLI::App& app, Action& chosen);

// JOB.yaml and the common options, on a command.
void add_common(CLI::App& command, Common& common);

// What is wrong with --account and --type, if anything.
std::optional<std::string> wrong_selection(const std::vector<std::string>& accounts,
                                           const std::vector<std::string>& types);

constexpr int exit_code(Outcome outcome) {
  return static_cast<int>(outcome);
}

// Loads the settings; prints every mistake and answers nothing where there are any.
std::optional<settings::Settings> load_settings(const Common& common, settings::Needs needs);

// Why this command cannot be had of a job that reads a queue, if it reads one.
std::optional<std::string> not_of_a_queue(const settings::Settings& settings, const std::string& command);

// Prints `payferry: MESSAGE` to standard error and answers the exit code that belongs to the error.
int fail(const Error& error);
int fail(Outcome outcome, const std::string& message);

telemetry::LogLevel log_level(const Common& common);
telemetry::LogFormat log_format(const Common& common);

}  // namespace payferry::cli
