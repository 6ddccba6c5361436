#include <fmt/format.h>

#include "cli/outline.hpp"

namespace payferry::cli {
namespace {

std::string names_of(const CommandOutline& command) {
  std::string names;
  for (const CommandOutline& below : command.commands) names += (names.empty() ? "" : " ") + below.name();
  return names;
}

std::string options_of(const CommandOutline& command) {
  std::string names;
  for (const OptionOutline& option : command.options)
    if (!option.positional) names += (names.empty() ? "" : " ") + option.name;
  return names;
}

std::string joined(const std::vector<std::string>& values, const char* between) {
  std::string text;
  for (const std::string& value : values) text += (text.empty() ? "" : between) + value;
  return text;
}

// What a positional takes, where it is one of a closed set.
std::string positional_values(const CommandOutline& command) {
  std::string values;
  for (const OptionOutline& option : command.options)
    if (option.positional && !option.values.empty()) values += joined(option.values, " ");
  return values;
}

// Inside single quotes of a shell; zsh's _arguments also gives a meaning to brackets and colons.
std::string quoted(const std::string& text, bool for_zsh) {
  std::string safe;
  for (const char c : text) {
    if (c == '\'')
      safe += "'\\''";
    else if (for_zsh && (c == '[' || c == ']' || c == ':'))
      safe += std::string("\\") + c;
    else
      safe += c;
  }
  return safe;
}

std::string bash_values(const CommandOutline& command) {
  std::string cases;
  for (const OptionOutline& option : command.options) {
    if (option.positional || option.value.empty()) continue;
    std::string action = ":";
    if (!option.values.empty())
      action =
          fmt::format("mapfile -t COMPREPLY < <(compgen -W '{}' -- \"$cur\")", joined(option.values, " "));
    else if (option.takes_path())
      action = "mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")";
    cases += fmt::format("    '{} {}') {}; return ;;\n", command.path, option.name, action);
  }
  return cases;
}

std::string zsh_function_of(const CommandOutline& command) {
  std::string name = "_payferry";
  for (const char c : command.path.empty() ? "" : " " + command.path) name += c == ' ' || c == '-' ? '_' : c;
  return name;
}

std::string zsh_action(const OptionOutline& option) {
  if (!option.values.empty()) return "(" + joined(option.values, " ") + ")";
  return option.takes_path() ? "_files" : " ";
}

std::string zsh_arguments(const CommandOutline& command) {
  std::string lines;
  for (const OptionOutline& option : command.options) {
    const std::string about = quoted(option.about, true);
    if (option.positional)
      lines += fmt::format(" \\\n    ':{}:{}'", quoted(option.name, true), zsh_action(option));
    else if (option.value.empty())
      lines += fmt::format(" \\\n    '{}[{}]'", option.name, about);
    else
      lines += fmt::format(" \\\n    '{}[{}]:{}:{}'", option.name, about, quoted(option.value, true),
                           zsh_action(option));
  }
  return lines;
}

std::string zsh_function(const CommandOutline& command) {
  std::string text = zsh_function_of(command) + "() {\n";
  if (command.commands.empty()) return text + "  _arguments" + zsh_arguments(command) + "\n}\n\n";
  text += "  local state line\n  local -a commands\n  commands=(\n";
  for (const CommandOutline& below : command.commands)
    text += fmt::format("    '{}:{}'\n", below.name(), quoted(below.about, true));
  text += "  )\n  _arguments -C" + zsh_arguments(command) +
          " \\\n    '1: :->command' '*:: :->rest'\n  case $state in\n"
          "    command) _describe command commands ;;\n    rest)\n      case $words[1] in\n";
  for (const CommandOutline& below : command.commands)
    text += fmt::format("        {}) {} ;;\n", below.name(), zsh_function_of(below));
  return text + "      esac ;;\n  esac\n}\n\n";
}

std::string fish_condition(const CommandOutline& command) {
  std::string condition;
  std::string word;
  for (const char c : command.path + " ") {
    if (c != ' ') {
      word += c;
      continue;
    }
    if (!word.empty())
      condition += (condition.empty() ? "" : "; and ") + ("__fish_seen_subcommand_from " + word);
    word.clear();
  }
  return condition;
}

std::string fish_offers(const CommandOutline& command) {
  const std::string here = fish_condition(command);
  const std::string when = here.empty() ? "__fish_use_subcommand" : here;
  std::string lines;
  for (const CommandOutline& below : command.commands)
    lines += fmt::format("complete -c payferry -f -n '{}{}' -a '{}' -d '{}'\n", when,
                         here.empty() ? "" : "; and not __fish_seen_subcommand_from " + names_of(command),
                         below.name(), quoted(below.about, false));
  for (const OptionOutline& option : command.options) {
    if (option.positional) continue;
    std::string takes;
    if (!option.values.empty())
      takes = fmt::format(" -x -a '{}'", joined(option.values, " "));
    else if (!option.value.empty())
      takes = option.takes_path() ? " -r -F" : " -x";
    lines += fmt::format("complete -c payferry -n '{}' -l '{}'{} -d '{}'\n", when, option.name.substr(2),
                         takes, quoted(option.about, false));
  }
  return lines;
}

}  // namespace

std::string bash_completion(const CommandOutline& program) {
  std::string paths;
  std::string values;
  std::string words;
  for (const CommandOutline* command : all_of(program)) {
    if (!command->path.empty()) paths += fmt::format("{}'{}'", paths.empty() ? "" : " | ", command->path);
    values += bash_values(*command);
    std::string names = names_of(*command);
    if (names.empty()) names = positional_values(*command);
    words +=
        fmt::format("    '{}') options='{}' names='{}' ;;\n", command->path, options_of(*command), names);
  }
  return fmt::format(
      "# Completion of payferry for bash; made by `payferry generate bash`.\n"
      "_payferry() {{\n"
      "  local cur=${{COMP_WORDS[COMP_CWORD]}} prev=${{COMP_WORDS[COMP_CWORD - 1]}}\n"
      "  local command='' next options='' names='' i\n"
      "  for ((i = 1; i < COMP_CWORD; i++)); do\n"
      "    next=${{command:+$command }}${{COMP_WORDS[i]}}\n"
      "    case $next in\n"
      "      {}) command=$next ;;\n"
      "    esac\n"
      "  done\n"
      "  COMPREPLY=()\n"
      "  case \"$command $prev\" in\n{}  esac\n"
      "  case $command in\n{}  esac\n"
      "  if [[ $cur == -* ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
      "  elif [[ -n $names ]]; then\n"
      "    mapfile -t COMPREPLY < <(compgen -W \"$names\" -- \"$cur\")\n"
      "  else\n"
      "    mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _payferry payferry\n",
      paths, values, words);
}

std::string zsh_completion(const CommandOutline& program) {
  std::string text =
      "#compdef payferry\n# Completion of payferry for zsh; made by `payferry generate zsh`.\n\n";
  for (const CommandOutline* command : all_of(program)) text += zsh_function(*command);
  return text + "_payferry \"$@\"\n";
}

std::string fish_completion(const CommandOutline& program) {
  std::string text = "# Completion of payferry for fish; made by `payferry generate fish`.\n";
  for (const CommandOutline* command : all_of(program)) text += fish_offers(*command);
  return text;
}

}  // namespace payferry::cli
