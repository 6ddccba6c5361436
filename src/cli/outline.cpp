#include "cli/outline.hpp"

#include <sstream>

namespace payferry::cli {
namespace {

std::string one_line(std::string text) {
  for (char& c : text)
    if (c == '\n') c = ' ';
  return text;
}

// CLI11 spells a closed set into the type's name: "FORMAT:{text,json}".
std::vector<std::string> values_in(const std::string& type) {
  const std::size_t open = type.find(":{");
  if (open == std::string::npos || type.back() != '}') return {};
  std::istringstream inside(type.substr(open + 2, type.size() - open - 3));
  std::vector<std::string> values;
  for (std::string value; std::getline(inside, value, ',');) values.push_back(value);
  return values;
}

OptionOutline option_outline(const CLI::Option& option) {
  OptionOutline outline;
  outline.positional = option.get_positional();
  outline.name = outline.positional ? option.get_name(true) : "--" + option.get_lnames().front();
  const std::string type = option.get_type_name();
  if (option.get_items_expected_max() > 0) outline.value = type.substr(0, type.find(':'));
  outline.about = one_line(option.get_description());
  outline.preset = option.get_default_str();
  outline.values = values_in(type);
  outline.required = option.get_required();
  return outline;
}

CommandOutline command_outline(const CLI::App& app, const std::string& path) {
  CommandOutline outline;
  outline.path = path;
  outline.about = one_line(app.get_description());
  outline.footer = app.get_footer();
  for (const CLI::Option* option : app.get_options())
    if (!option->get_group().empty() && (option->get_positional() || !option->get_lnames().empty()))
      outline.options.push_back(option_outline(*option));
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_group().empty()) continue;
    const std::string below = path.empty() ? command->get_name() : path + " " + command->get_name();
    outline.commands.push_back(command_outline(*command, below));
  }
  return outline;
}

void collect(const CommandOutline& command, std::vector<const CommandOutline*>& all) {
  all.push_back(&command);
  for (const CommandOutline& below : command.commands) collect(below, all);
}

}  // namespace

CommandOutline outline_of(const CLI::App& app) {
  return command_outline(app, "");
}

std::vector<const CommandOutline*> all_of(const CommandOutline& program) {
  std::vector<const CommandOutline*> all;
  collect(program, all);
  return all;
}

}  // namespace payferry::cli
