#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

// The command line as plain values: the one source of --help is also that of the manual page and of the shell
// completions.
namespace payferry::cli {

struct OptionOutline {
  std::string name;                 // --limit; of a positional: job
  std::string value;                // what it takes: N; empty: a flag
  std::string about;                // on one line
  std::string preset;               // its default; empty: none
  std::vector<std::string> values;  // all that it takes; empty: anything
  bool positional = false;
  bool required = false;

  // The value names something on disk.
  bool takes_path() const { return value == "FILE" || value == "DIR" || value == "JOB.yaml"; }
};

struct CommandOutline {
  std::string path;  // "ledger check"; empty: the program itself
  std::string about;
  std::string footer;
  std::vector<OptionOutline> options;
  std::vector<CommandOutline> commands;

  std::string name() const { return path.substr(path.rfind(' ') + 1); }
};

// Without what is hidden from --help.
CommandOutline outline_of(const CLI::App& app);
// The command, and all below it, in order.
std::vector<const CommandOutline*> all_of(const CommandOutline& program);

std::string man_page(const CommandOutline& program);
std::string bash_completion(const CommandOutline& program);
std::string zsh_completion(const CommandOutline& program);
std::string fish_completion(const CommandOutline& program);

}  // namespace payferry::cli
